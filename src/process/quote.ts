/** What a shell reads back to the same words; plain words stay as they are. */
export function shellQuote(argv: string[]): string {
  return argv.map((word, index) => (isPlain(word, index) ? word : quoted(word))).join(' ')
}

/** Longest text of a command that anything looks at, in characters: nobody reads more of it. */
const longestCommand = 32 * 1024

/** The same for a message, of as many words as anybody reads. */
export function commandText(argv: string[]): string {
  let length = 0
  const end = argv.findIndex((word) => {
    length += word.length + 1
    return length > longestCommand
  })
  const words = end < 0 ? argv : argv.slice(0, end + 1).map((word) => word.slice(0, longestCommand))
  return shellQuote(words).slice(0, longestCommand).toWellFormed()
}

/** The first word with a = in it would be an assignment, and zsh expands a word that begins with one. */
function isPlain(word: string, index: number): boolean {
  if (!/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return false
  return index === 0 ? !word.includes('=') : !word.startsWith('=')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
