//! Who a node is: a random key kept in its data directory, and the peer id derived from it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::bytes::{random, to_hex};
use crate::sha256::sha256;
use crate::wire::PeerId;

/// Whoever reads the key file can compute the id: that ties a registered peer to a machine.
pub fn peer_id_of(key: &[u8; 32]) -> PeerId {
    sha256(&[b"TESTNET_PEER_ID_V1:", key])
}

/// The identity in `dir`, created on the first start; survives restarts.
pub fn load_or_create(dir: &Path) -> io::Result<PeerId> {
    fs::create_dir_all(dir)?;
    let key_file = dir.join("identity.key");
    let key = match fs::read(&key_file) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes).map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} is not a 32-byte key", key_file.display()))
        })?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => create(dir, &key_file)?,
        Err(e) => return Err(e),
    };
    let id = peer_id_of(&key);
    File::create(dir.join("peer_id"))?.write_all(format!("{}\n", to_hex(&id)).as_bytes())?;
    Ok(id)
}

/// Written beside its place and renamed, so that a crash never leaves half a key behind.
fn create(dir: &Path, key_file: &Path) -> io::Result<[u8; 32]> {
    let key = random::<32>()?;
    let draft = dir.join("identity.key.new");
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(&key)?;
    file.sync_all()?;
    fs::rename(&draft, key_file)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn same_id_after_a_restart_and_a_private_key() {
        let dir = std::env::temp_dir().join(format!("testnet-id-{}", to_hex(&random::<8>().unwrap())));
        let id = load_or_create(&dir).unwrap();
        assert_eq!(load_or_create(&dir).unwrap(), id);
        assert_eq!(fs::read_to_string(dir.join("peer_id")).unwrap().trim(), to_hex(&id));
        let mode = fs::metadata(dir.join("identity.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(dir.join("identity.key"), b"short").unwrap();
        assert!(load_or_create(&dir).is_err());
        fs::remove_dir_all(&dir).unwrap();
    }
}
