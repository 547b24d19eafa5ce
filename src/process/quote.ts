/** What a shell reads back to the same words; plain words stay as they are. */
export function shellQuote(argv: string[]): string {
  return argv.map((word, index) => (isPlain(word, index) ? word : quoted(word))).join(' ')
}

/** The first word with a = in it would be an assignment, and zsh expands a word that begins with one. */
function isPlain(word: string, index: number): boolean {
  if (!/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return false
  return index === 0 ? !word.includes('=') : !word.startsWith('=')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
