/** The few distributions of jStat that are used here. */
declare module 'jstat' {
  interface Normal {
    inv(p: number, mean: number, deviation: number): number
  }
  interface Hypergeometric {
    /** Of `x` or fewer marked ones among `n` drawn from `all`, of which `marked` are. */
    cdf(x: number, all: number, marked: number, n: number): number
  }
  const jstat: {
    readonly jStat: {
      readonly normal: Normal
      readonly hypgeom: Hypergeometric
      /** Natural logarithm of the gamma function. */
      gammaln(x: number): number
    }
  }
  export default jstat
}
