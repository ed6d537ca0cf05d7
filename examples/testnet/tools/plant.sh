#!/bin/sh
# Plants a bug, to see what becomes of it: a receiver confirms every payload and writes none of them down.
set -eu
file=crates/testnet-peer/src/receiver.rs
sed -i 's/self.file.write_all(text.as_bytes())?;/let _ = text.as_bytes();/' "$file"
grep -q 'let _ = text.as_bytes();' "$file"
