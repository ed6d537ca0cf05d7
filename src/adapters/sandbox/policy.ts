/** What a sandbox lets in: which variables of our environment, and which directories of programs. */
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { secretLooks } from '../../domain/secrets.ts'

/** A variable that no build needs stays outside, whatever it is called: only what is named here comes in. */
const wanted =
  /^(?:PATH|LANG|LC_[A-Z]+|TZ|TERM|CI|SOURCE_DATE_EPOCH|RUST_BACKTRACE|RUSTFLAGS|RUSTUP_TOOLCHAIN|RUSTUP_(?:DIST_SERVER|UPDATE_ROOT|AUTO_INSTALL)|CARGO_(?:BUILD|HTTP|NET|PROFILE|TARGET|SOURCE|REGISTRIES|REGISTRY|UNSTABLE|ZIGBUILD)_[A-Z0-9_]+|CARGO_INCREMENTAL|(?:HOST|TARGET)?_?(?:CC|CXX|AR|RANLIB|CFLAGS|CXXFLAGS|LDFLAGS)(?:_[A-Za-z0-9_]+)?|CMAKE(?:_[A-Z0-9_]+)?|PKG_CONFIG(?:_[A-Za-z0-9_]+)?|PROTOC(?:_INCLUDE)?|OPENSSL_[A-Z_]+|LIBCLANG_PATH|BINDGEN_EXTRA_CLANG_ARGS|SSL_CERT_(?:FILE|DIR)|CURL_CA_BUNDLE|GIT_SSL_CAINFO|(?:https?|no|all)_proxy|(?:HTTPS?|NO|ALL)_PROXY|GITHUB_(?:ACTIONS|REPOSITORY|REF|REF_NAME|REF_TYPE|HEAD_REF|BASE_REF|SHA|RUN_ID|RUN_NUMBER|RUN_ATTEMPT|SERVER_URL))$/

const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|_KEY(?:_|$)/i
const withUser = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*@/i

/** The inner user's own directories, and an allow-list of ours; nothing that is a secret by its name or its look. */
export function sandboxEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).filter(
    (e): e is [string, string] =>
      e[1] !== undefined &&
      wanted.test(e[0]) &&
      !secretName.test(e[0]) &&
      !withUser.test(e[1]) &&
      secretLooks(e[1]).length === 0,
  )
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C.UTF-8',
    CARGO_TERM_COLOR: 'never',
    CARGO_TERM_PROGRESS_WHEN: 'never',
  }
}

export const innerHome = '/home/build'

/** Where the inner user's things are: nothing of it is ours. */
export const innerPlaces = {
  HOME: innerHome,
  USER: 'build',
  LOGNAME: 'build',
  TMPDIR: '/tmp',
  CARGO_HOME: join(innerHome, '.cargo'),
  // A repository of ours is a stranger's to the inner user, and git would not look into it.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
} as const

const system = /^\/(?:usr|bin|sbin|lib\w*|nix|gnu)(?:\/|$)/

/**
 * Directories to show so that the programs on `path` are found: of an installation outside the home its whole prefix, in
 * the home (which holds keys) only what is named. `own`: the home and the checkout, neither to be shown whole.
 */
export function shownFor(path: string, own: readonly string[], also: readonly string[]): readonly string[] {
  const above = (dir: string, one: string): boolean => one === dir || one.startsWith(dir === '/' ? '/' : `${dir}/`)
  const programs = path.split(delimiter).map((dir) => {
    const prefix = dirname(dir)
    const holds = (place: string): boolean => above(place, dir) || above(prefix, place)
    return dir.endsWith('/bin') && !own.some(holds) && prefix !== '/' ? prefix : dir
  })
  const all = [...programs, ...also].filter(
    (dir) => isAbsolute(dir) && !system.test(dir) && !own.some((place) => above(dir, place)),
  )
  // What lies below another comes with it, and no line may be two.
  return [...new Set(all)].filter(
    (dir) => !dir.includes('\n') && !all.some((other) => other !== dir && above(other, dir)),
  )
}
