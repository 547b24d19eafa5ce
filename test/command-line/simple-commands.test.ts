import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'unbash'
import { describe, expect, it } from 'vitest'
import { simpleCommands } from '../../src/command-line/simple-commands.ts'

/** The lines of the redaction's tables, which are what people type. */
const typed = ['commands.txt', 'harmless.txt']
  .flatMap((file) => readFileSync(join(import.meta.dirname, '../redact', file), 'utf8').split('\n'))
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.replace(/[‹›]/g, '').replaceAll('⏎', '\n'))

/** Compound commands of bash. */
const compound = [
  'for x in a b; do make $x || break; done | tee log',
  'while read -r line; do echo "$line"; done < list',
  'until ping -c1 host; do sleep 1; done',
  'if ! make; then echo no; elif test -e x; then :; else exit 1; fi',
  'case $x in a|b) make;; c) cargo build ;& *) ls ;; esac',
  'select x in a b; do make; done',
  '{ make; cargo test; } 2>&1 | tee log & wait',
  '(cd x && make) || exit',
  'time -p make -j4',
  'f() { make; { ls; }; }; f',
  'function f { make; ls; }; g',
  'function f() { make; }; g',
  'f() if true; then make; fi',
  'a=(1 "2 3" $(date)); b[1]=x c+=y make',
  'coproc NAME { make; }',
  'make >log 2>&1 </dev/null 3<>x &>>y >|z',
  'cat <<A <<-B; make\na text\nA\n\tanother; text\n\tB\nls',
  'make \\\n  all # and a comment\nls',
  'ls !(a|b) @(c) *.+(d|e)',
  'echo a\\ b "c\\"d" \'e"f\' "$(echo ")")" `date` $((1 + 2))',
  '! make; [ -e x ] && ls',
]

/** Lines that bash does not know, or that the parser reads otherwise. */
const others: [line: string, ...commands: string[]][] = [
  ['print ${(f)x} ${(s: :)y} ${x:#(a|b)}; ls', 'print ${(f)x} ${(s: :)y} ${x:#(a|b)}', 'ls'],
  ['x=(a b); make', 'x=(a b)', 'make'],
  ['rm *(.om[1]) **/*(N); make', 'rm *(.om[1]) **/*(N)', 'make'],
  ['diff =(sort a) <(sort b)', 'diff =(sort a) <(sort b)'],
  ['make &! ls', 'make', 'ls'],
  ['make >! log &| ls', 'make', 'ls'],
  ['make >>! log; ls', 'make', 'ls'],
  ['begin; make; end; and not ls; or true', 'make', 'ls', 'true'],
  ['set x (date)', 'set x', 'date'],
  ['echo x(date); ls', 'echo x(date)', 'ls'],
  ['switch $x; case a; make; end', 'make'],
  ['function f; make; end; f', 'f'],
  ['app --password-file=<(echo x)', 'app --password-file=<(echo x)'],
  ["\\if 'then' make", 'if then make'],
  ['if(make) then ls; fi', 'make', 'ls'],
  ['echo "unclosed; ls', 'echo unclosed; ls'],
]

describe('simple commands', () => {
  it.each(others)('of %s', (line, ...commands) => {
    expect(simpleCommands(line).map(({ assignments, words }) => [...assignments, ...words].join(' '))).toEqual(commands)
  })

  it('are those that a parser of bash sees, in every line that it understands', () => {
    let understood = 0
    const different = [...typed, ...compound].flatMap((line) => {
      const script = parse(line)
      // It takes `a=<(b)` for two words, decodes $'a\\n', and `[[ a ]]` is no command to it.
      if (script.errors?.length || /[=@]<\(|\$'|\[\[ /.test(line)) return []
      understood++
      const ours = simpleCommands(line).map(({ assignments, words }) => [...assignments, ...words])
      const theirs = commandsOf(script)
      return JSON.stringify(ours) === JSON.stringify(theirs)
        ? []
        : [[line, JSON.stringify(ours), JSON.stringify(theirs)]]
    })
    expect(different).toEqual([])
    expect(understood).toBeGreaterThan(2000)
  })
})

interface Node {
  type: string
  [field: string]: unknown
}

/** The words of each simple command that a tree of `unbash` holds, without the bodies of functions. */
function commandsOf(node: unknown): string[][] {
  if (Array.isArray(node)) return node.flatMap(commandsOf)
  if (typeof node !== 'object' || node === null) return []
  const { type, name, prefix, suffix, ...rest } = node as Node
  if (type === 'Function' || type === 'Word') return []
  if (type !== 'Command') return Object.values(rest).flatMap(commandsOf)
  const words = [...list(prefix), ...(name ? [name as Node] : []), ...list(suffix)]
  return [words.filter(({ type }) => type === 'Word' || type === 'Assignment').map(textOf)]
}

function list(nodes: unknown): Node[] {
  return nodes as Node[]
}

function textOf({ type, text, value }: Node): string {
  if (type === 'Word') return String(value)
  const raw = value as Node | undefined
  const [whole, quoted] = [String(text), String(raw?.text ?? '')]
  return raw?.type === 'Word' ? whole.slice(0, whole.length - quoted.length) + raw.value : whole
}
