/** A simple command of a shell's command line: what stands between `;`, `|`, `&&` and the like. */
export interface SimpleCommand {
  /** `NAME=value` in front of it. */
  assignments: string[]
  /** Quotes removed; substitutions as they were typed. */
  words: string[]
}

/** Words that stand in front of a command without being one. */
const openers = new Set([
  'if',
  'then',
  'elif',
  'else',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'coproc',
  'and',
  'or',
  'not',
  'begin',
])
/** Words that end a compound command. */
const closers = new Set(['done', 'fi', 'esac', '}', 'end'])

/**
 * The simple commands of a command line of bash, zsh or fish, in the order in which they stand. It is a reading for
 * deciding whose a command is, not a parser: what it does not understand it takes as words.
 */
export function simpleCommands(line: string): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  let current: SimpleCommand = { assignments: [], words: [] }
  let header = false
  let timed = false
  const finish = () => {
    if (current.words.length > 0 || current.assignments.length > 0) commands.push(current)
    current = { assignments: [], words: [] }
    header = false
    timed = false
  }
  for (const token of withoutDefinitions(tokens(line))) {
    if (token.kind === 'separator') finish()
    else if (header) continue
    else if (current.words.length > 0) current.words.push(token.text)
    // The shell's own `time` has this option alone; with another one it is the program.
    else if (timed && token.text === '-p') timed = false
    else if (timed && token.text.startsWith('-')) current.words.push('time', token.text)
    else if (!token.quoted && openers.has(token.text)) {
      finish()
      timed = token.text === 'time'
    } else if (!token.quoted && closers.has(token.text)) header = true
    else if (!token.quoted && /^(for|case|select|function|switch)$/.test(token.text)) header = true
    else if (/^[A-Za-z_]\w*\+?=/.test(token.text)) current.assignments.push(token.text)
    else current.words.push(token.text)
  }
  finish()
  return commands
}

/** The words of a line as a shell would split them, for a setting that holds options. */
export function splitWords(line: string): string[] {
  return tokens(line).flatMap((token) => (token.kind === 'word' ? [token.text] : []))
}

type Token = { kind: 'word' | 'separator'; text: string; quoted: boolean }

/** Without the functions that are only defined, `f() { ...; }`: they run later, by their names. */
function withoutDefinitions(all: Token[]): Token[] {
  if (!all.some(({ kind, text }) => kind === 'separator' && text === '(')) return all
  const kept: Token[] = []
  let depth = 0
  for (const [index, token] of all.entries()) {
    const brace = token.kind === 'word' && !token.quoted ? token.text : ''
    const defined = brace === '{' && all[index - 1]?.text === ')' && all[index - 2]?.text === '('
    if (depth === 0 && defined) kept.splice(kept.length - 3)
    if (depth > 0 || defined) depth += brace === '{' ? 1 : brace === '}' ? -1 : 0
    else kept.push(token)
  }
  return kept
}

function tokens(line: string): Token[] {
  const found: Token[] = []
  const heredocs: string[] = []
  let at = 0
  while (at < line.length) {
    const rest = line.slice(at, at + 4096)
    const blank = /^(?:[ \t]|\\\n)+/.exec(rest)
    const comment = /^#[^\n]*/.exec(rest)
    const redirection = /^(?:\d*(?:>>|>&|>\||<>|<&|<<<|>|<)|&>>?)(?!\()[ \t]*/.exec(rest)
    const heredoc = /^\d*<<-?(?!<)[ \t]*/.exec(rest)
    const separator = /^(?:\n|;;?|&&?|\|\|?|\|&|[()])/.exec(rest)
    if (blank) at += blank[0].length
    else if (comment) at += comment[0].length
    else if (heredoc) {
      const word = readWord(line, at + heredoc[0].length)
      heredocs.push(word.text)
      at = Math.max(word.end, at + heredoc[0].length)
    } else if (redirection) {
      const start = at + redirection[0].length
      at = Math.max(readWord(line, start).end, start)
    } else if (separator) {
      found.push({ kind: 'separator', text: separator[0], quoted: false })
      at += separator[0].length
      if (separator[0] === '\n') at = afterHeredocs(line, at, heredocs.splice(0))
    } else {
      const word = readWord(line, at)
      found.push({ kind: 'word', text: word.text, quoted: word.quoted })
      at = Math.max(word.end, at + 1)
    }
  }
  return found
}

/** A here-document's text is nobody's command. */
function afterHeredocs(line: string, from: number, delimiters: string[]): number {
  let at = from
  for (const delimiter of delimiters) {
    while (at < line.length) {
      const end = line.indexOf('\n', at) < 0 ? line.length : line.indexOf('\n', at)
      const text = line.slice(at, end).replace(/^\t+/, '')
      at = end + 1
      if (text === delimiter) break
    }
  }
  return at
}

function readWord(line: string, from: number): { text: string; quoted: boolean; end: number } {
  let text = ''
  let quoted = false
  let at = from
  while (at < line.length) {
    const character = line[at] ?? ''
    if (character === "'" || character === '"') {
      const end = closingQuote(line, at)
      const inside = line.slice(at + 1, end)
      text += character === '"' ? inside.replace(/\\([$`"\\\n])/g, '$1') : inside
      quoted = true
      at = end + 1
    } else if (character === '\\') {
      text += line[at + 1] ?? ''
      at += 2
    } else if (/^(?:\$\(|[<>]\(|`)/.test(line.slice(at, at + 2))) {
      const end = afterSubstitution(line, at)
      text += line.slice(at, end)
      at = end
    } else if (/[\s;&|()<>]/.test(character)) break
    else {
      text += character
      at++
    }
  }
  return { text, quoted, end: at }
}

function closingQuote(line: string, open: number): number {
  const quote = line[open]
  let at = open + 1
  while (at < line.length && line[at] !== quote) at += quote === '"' && line[at] === '\\' ? 2 : 1
  return Math.min(at, line.length)
}

function afterSubstitution(line: string, from: number): number {
  if (line[from] === '`') {
    const end = line.indexOf('`', from + 1)
    return end < 0 ? line.length : end + 1
  }
  let depth = 0
  let at = from + 1
  while (at < line.length) {
    const character = line[at]
    if (character === "'" || character === '"') at = closingQuote(line, at)
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at + 1
    at++
  }
  return line.length
}
