/**
 * The version that the pages tell others to use: the package's own, because a version is published once and nothing
 * else is.
 */

/** Every `saorsa-labs/vps-test…@v…` names `version`. */
export const withVersion = (text: string, version: string): string =>
  text.replace(/(saorsa-labs\/vps-test(?:\/[\w./-]+)?@)v[\w.-]*\w/g, `$1v${version}`)
