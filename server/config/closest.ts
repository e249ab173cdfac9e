// Guesses which known word a mistyped one was meant to be.

/** The word nearest to `given`, or null when none is near enough to be worth suggesting. */
export function closest(given: string, words: readonly string[]): string | null {
  let best: { word: string; distance: number } | null = null;
  for (const word of words) {
    const distance = editDistance(given.toLowerCase(), word.toLowerCase());
    if (best === null || distance < best.distance) best = { word, distance };
  }
  // A third of the letters may be wrong; beyond that a suggestion misleads.
  return best !== null && best.distance <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : null;
}

/** Levenshtein distance: insertions, deletions and substitutions cost one each. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
