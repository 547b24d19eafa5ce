import distance from 'damerau-levenshtein'

/** The known word that `word` was most likely meant to be, or nothing when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    // The distance is no less than this, and the library takes room with the square of the longer word.
    if (Math.abs(wanted.length - candidate.length) >= bestDistance) continue
    // People rarely mistype the first letter: of two words that are as near, the one that shares it was meant.
    const steps =
      distance(wanted, candidate.toLowerCase()).steps + (wanted[0] === candidate[0]?.toLowerCase() ? 0 : 0.5)
    if (steps < bestDistance) {
      best = candidate
      bestDistance = steps
    }
  }
  // An abbreviation, or a word that goes on: `fail` for `failure`.
  return best ?? (wanted.length < 3 ? undefined : [...known].find((one) => one.toLowerCase().startsWith(wanted)))
}

/** `; did you mean X?` for a mistyped word, else nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}
