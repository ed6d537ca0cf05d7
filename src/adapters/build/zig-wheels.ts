/**
 * The cargo-zigbuild and zig that are installed where a machine has none: exact versions, with the SHA-256 of each
 * platform's wheel.
 */

export const zigWheels = {
  'cargo-zigbuild': {
    version: '0.24.0',
    sha256: {
      'linux-x64': '484412e39e4c6039474535ce97ee75a22bab22d58233056f8ec8a8f9034bb957',
      'linux-arm64': '6942e4320f7b05d8fb29e0a8ce5670bcbb3d254275100b85b5b7c86552f9a744',
      'darwin-arm64': 'b576e8b95ff199eedee0e57afcdbaff7579744916261483280d350b9a35711fd',
      'darwin-x64': 'b576e8b95ff199eedee0e57afcdbaff7579744916261483280d350b9a35711fd',
    },
  },
  ziglang: {
    version: '0.17.1',
    sha256: {
      'linux-x64': 'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
      'linux-arm64': 'b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e',
      'darwin-arm64': '09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23',
      'darwin-x64': '4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97',
    },
  },
} as const

/** A pip requirements file that accepts these bytes only; any listed platform's wheel may match. */
export const zigRequirements = (): string =>
  Object.entries(zigWheels)
    .map(
      ([name, wheel]) =>
        `${name}==${wheel.version} ${[...new Set(Object.values(wheel.sha256))].map((h) => `--hash=sha256:${h}`).join(' ')}\n`,
    )
    .join('')

export const zigFolder = `zig-${zigWheels['cargo-zigbuild'].version}-${zigWheels.ziglang.version}`
