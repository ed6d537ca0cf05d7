import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classifyBuild } from '../../src/domain/cargo-failure.ts'
import { emptyRun, readCargoLine, type CargoRun } from '../../src/domain/cargo-messages.ts'

/** What cargo 1.65 (apt) and 1.95 (rustup) and cargo-zigbuild 0.24 really printed. */
test.each([
  ['1.65', 'error: no such subcommand: `zigbuild`\n\n\tDid you mean `build`?\n', 'toolchain', 'cargo lacks a command'],
  [
    '1.95',
    'error: no such command: `zigbuild`\n\nhelp: a command with a similar name exists: `build`\n',
    'toolchain',
    'cargo lacks a command',
  ],
  [
    '1.65',
    'error: failed to parse manifest at `/w/Cargo.toml`\n\nCaused by:\n  failed to parse the `edition` key\n\nCaused by:\n  this version of Cargo is older than the `2024` edition, and only supports `2015`, `2018`, and `2021` editions.\n',
    'toolchain',
    'too old',
  ],
  [
    '1.65',
    'error: failed to parse lock file at: /w/Cargo.lock\n\nCaused by:\n  lock file version `4` was found, but this version of Cargo does not understand this lock file, perhaps Cargo needs to be updated?\n',
    'toolchain',
    'too old',
  ],
  [
    '1.65',
    'error: package `toy v0.1.0 (/w)` cannot be built because it requires rustc 1.99 or newer, while the currently active rustc version is 1.63.0\n',
    'toolchain',
    'requires rustc 1.99',
  ],
  [
    '1.95',
    'error: rustc 1.95.0 is not supported by the following package:\n  toy@0.1.0 requires rustc 1.99\n',
    'toolchain',
    'requires rustc 1.99',
  ],
  [
    '1.65',
    'error: failed to parse manifest at `/w/Cargo.toml`\n\nCaused by:\n  invalid type: integer `3`, expected an String like thing for key `package.name`\n',
    'compile',
    '/w/Cargo.toml: failed to parse manifest at `/w/Cargo.toml`: invalid type: integer',
  ],
  [
    '1.95',
    'error: invalid type: integer `3`, expected a string\n --> Cargo.toml:2:8\n  |\n2 | name = 3\n  |        ^\n',
    'compile',
    'Cargo.toml:2:8 invalid type: integer',
  ],
  [
    '1.95',
    'error: failed to get `foo` as a dependency of package `toy v0.1.0 (/w)`\n\nCaused by:\n  failed to load source for dependency `foo`\n\nCaused by:\n  failed to read `/nofoo/Cargo.toml`\n\nCaused by:\n  No such file or directory (os error 2)\n',
    'compile',
    '/nofoo/Cargo.toml',
  ],
  [
    '1.65',
    'error: the lock file /w/Cargo.lock needs to be updated but --locked was passed to prevent this\n',
    'compile',
    '/w/Cargo.lock: is not up to date',
  ],
  [
    '1.95',
    'error: cannot update the lock file /w/Cargo.lock because --locked was passed to prevent this\n',
    'compile',
    '/w/Cargo.lock: is not up to date',
  ],
  [
    '1.95',
    '    Updating crates.io index\nerror: failed to get `serde` as a dependency of package `toy v0.2.0 (/w)`\n\nCaused by:\n  failed to download from `https://index.crates.io/config.json`\n',
    'toolchain',
    'could not be fetched',
  ],
  [
    '1.95',
    "error: could not compile `big` (lib)\n\nCaused by:\n  process didn't exit successfully: `rustc …` (signal: 9, SIGKILL: kill)\n",
    'toolchain',
    'out of memory?',
  ],
  ['1.65', 'error: none of the selected packages contains these features: zz\n', 'usage', 'these features: zz'],
  ['1.95', "error: the package 'toy' does not contain this feature: zz\n", 'usage', 'this feature: zz'],
  ['1.95', 'error: no bin target named `zz` in default-run packages\n', 'usage', 'no bin target named `zz`'],
  ['zigbuild', "error: unexpected argument '--releas' found\n", 'usage', '--releas'],
  ['zigbuild', "Error: Unsupported Rust target 'nonsense'\n", 'usage', 'nonsense'],
  [
    '1.95',
    'error: target `a` in package `a` requires the features: `cli`\nConsider enabling them by passing, e.g., `--features="cli"`\n',
    'usage',
    'target `a` in package `a` requires the features: `cli`',
  ],
  [
    '1.95',
    'error: could not execute process `sccache /t/bin/rustc -vV` (never executed)\n\nCaused by:\n  No such file or directory (os error 2)\n',
    'toolchain',
    'could not execute process `sccache /t/bin/rustc -vV` (never executed): No such file or directory',
  ],
  [
    '1.95',
    "error: failed to get `lib` as a dependency of package `toy v0.1.0 (/w)`\n\nCaused by:\n  failed to load source for dependency `lib`\n\nCaused by:\n  unable to update http://git.invalid/team/lib.git\n\nCaused by:\n  failed to clone into: /root/.cargo/git/db/lib\n\nCaused by:\n  failed to authenticate when downloading repository\n\n  * attempted to find username/password via git's `credential.helper` support, but failed\n\nCaused by:\n  failed to acquire username/password from local configuration\n",
    'access',
    'unable to update http://git.invalid/team/lib.git: failed to clone into: /root/.cargo/git/db/lib: failed to authenticate when downloading repository: failed to acquire',
  ],
  [
    '1.95',
    'error: failed to get `serde` as a dependency of package `v v0.1.0 (/w)`\n\nCaused by:\n  unable to update registry `crates-io`\n\nCaused by:\n  failed to read root of directory source: /w/vendor\n\nCaused by:\n  No such file or directory (os error 2)\n',
    'toolchain',
    'failed to read root of directory source: /w/vendor: No such file or directory',
  ],
  [
    '1.95',
    "error: current package believes it's in a workspace when it's not:\ncurrent:   /x/o/Cargo.toml\nworkspace: /x/Cargo.toml\n\nthis may be fixable by adding `o` to the `workspace.members` array\n",
    'usage',
    'claims it: error: current package believes',
  ],
  [
    '1.95',
    'error: could not load Cargo configuration\n\nCaused by:\n  could not parse TOML configuration in `/w/.cargo/config.toml`\n\nCaused by:\n  TOML parse error at line 1, column 11\n    |\n  1 | build = [\n    |           ^\n  unclosed array, expected `]`\n',
    'toolchain',
    'in `/w/.cargo/config.toml`: TOML parse error at line 1, column 11 unclosed array',
  ],
  [
    'rustup',
    "error: toolchain '1.70.99-x86_64-unknown-linux-gnu' is not installed\nhelp: run `rustup toolchain install` to install it\n\nStack backtrace:\n   0: anyhow::error\n  12: <unknown>\n",
    'toolchain',
    "toolchain '1.70.99-x86_64-unknown-linux-gnu' is not installed",
  ],
  [
    '1.95',
    "error: failed to run custom build command for `toy v0.1.0 (/w/toy)`\nnote: To improve backtraces\n\nCaused by:\n  process didn't exit successfully: `/w/build-script-build` (exit status: 101)\n  --- stderr\n\n  thread 'main' (25332) panicked at build.rs:1:13:\n  api.proto:12: unknown type Foo\n  stack backtrace:\n     0: __rustc::rust_begin_unwind\n  note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.\n",
    'compile',
    "the project's build script failed: build.rs:1:13 build script: api.proto:12: unknown type Foo",
  ],
  [
    '1.65',
    "error: failed to run custom build command for `toy v0.1.0 (/w/toy)`\n\nCaused by:\n  process didn't exit successfully: `/w/build-script-build` (exit status: 101)\n  --- stderr\n  thread 'main' panicked at 'no schema', build.rs:3:5\n  note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
    'compile',
    'build.rs:3:5 build script: no schema',
  ],
  [
    '1.95',
    "error: failed to run custom build command for `toy v0.1.0 (/w/toy)`\n\nCaused by:\n  process didn't exit successfully: `/w/build-script-build` (exit status: 101)\n  --- stderr\n  thread 'main' (1) panicked at build.rs:1:41:\n  Could not find `protoc` installation and this build crate cannot proceed\n  note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
    'toolchain',
    'Could not find `protoc` installation',
  ],
  [
    '1.95',
    "error: failed to run custom build command for `dep v1.0.0`\n\nCaused by:\n  process didn't exit successfully: `/c/build-script-build` (exit status: 101)\n  --- stderr\n  thread 'main' (1) panicked at src/lib.rs:9:9:\n  something else\n  note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
    'toolchain',
    'dep: build script: something else',
  ],
  ['any', '', 'toolchain', 'the build said nothing'],
])('%s: %j', (_, stderr, reason, words) => {
  const blame = classifyBuild(emptyRun, stderr)
  expect(blame).toMatchObject({ reason, message: expect.stringContaining(words) })
  expect(blame.message).not.toContain('\n')
})

const own = 'toy 0.1.0 (path+file:///w/toy)',
  other = 'registry+https://github.com/rust-lang/crates.io-index#dep@1.0.0'
const error = (id: string, message: string, code: string | null = null, spans: readonly unknown[] = []): string =>
  JSON.stringify({
    reason: 'compiler-message',
    package_id: id,
    message: {
      message,
      level: 'error',
      code: code === null ? null : { code },
      spans,
      rendered: `error: ${message}\nhelp: rustup target add aarch64-unknown-linux-gnu`,
    },
  })
const after = (...lines: readonly string[]): CargoRun => lines.reduce(readCargoLine, emptyRun)

test('an error in a dependency is the toolchain’s: another compiler may know better', () => {
  expect(classifyBuild(after(error(other, 'unknown feature')), '')).toMatchObject({
    reason: 'toolchain',
    message: 'dep: unknown feature',
  })
})

test('without a standard library nothing compiles, and none of it is the project’s fault', () => {
  const blame = classifyBuild(
    after(error(own, "can't find crate for `std`", 'E0463'), error(own, 'cannot find macro `println` in this scope')),
    '',
  )
  expect(blame).toMatchObject({
    reason: 'toolchain',
    message: 'the compiler has no standard library for this target: rustup target add aarch64-unknown-linux-gnu',
  })
  expect(classifyBuild(after(error(own, "can't find crate for `serde`", 'E0463')), '').reason).toBe('compile')
})

test('the project’s own error wins over a failed build script beside it', () => {
  expect(
    classifyBuild(
      after(error(own, 'mismatched types', 'E0308')),
      'error: failed to run custom build command for `dep v1.0.0`',
    ).reason,
  ).toBe('compile')
})

test('the primary span is the place, wherever it stands', () => {
  const spans = [
    { is_primary: false, file_name: 'a.rs', line_start: 1, column_start: 2 },
    { is_primary: true, file_name: 'b.rs', line_start: 3, column_start: 4 },
  ]
  expect(after(error(own, 'mismatched types', 'E0308', spans)).errors[0]).toMatchObject({
    file: 'b.rs',
    line: 3,
    column: 4,
    crate: 'toy',
    own: true,
  })
})

test.each([
  ['toy 0.1.0 (path+file:///w/toy)', 'toy'],
  ['path+file:///w#toy@0.1.0', 'toy'],
  ['path+file:///w/toy#0.1.0', 'toy'],
  ['registry+https://x/y#@scope/odd@1.0.0', '@scope/odd'],
  ['', ''],
])('package id %j is crate %j', (id, crate) => {
  expect(after(error(id, 'x')).errors[0]?.crate).toBe(crate)
})

test('errors are capped, and no line is taken for more than it is', () => {
  expect(after(...Array.from({ length: 300 }, () => error(own, 'x'.repeat(9000)))).errors).toHaveLength(100)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .record({
            reason: fc.constantFrom('compiler-message', 'compiler-artifact'),
            package_id: fc.anything(),
            message: fc.anything(),
            executable: fc.anything(),
          })
          .map((r) => JSON.stringify(r)),
      ),
      fc.string(),
      (line, stderr) => {
        const blame = classifyBuild(readCargoLine(emptyRun, line), stderr)
        expect(blame.message.length).toBeLessThan(1000)
      },
    ),
  )
})
