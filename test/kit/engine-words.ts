/** Words that no message of ours has. */

/** An engine's own words: a check is missing before the place that said them. */
export const unclean =
  /Cannot (?:read|set|convert|destructure|mix|create)|is not (?:a function|iterable|defined|a constructor|an object)|Maximum call stack|Invalid (?:array length|string length|time value|count)|Reduce of empty|must be of type|toFixed|out of range|undefined|\[object /
