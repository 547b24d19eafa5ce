import { expect, it } from 'vitest'
import { isMentioned } from '../../src/command-line/mention.ts'

const ways = [
  'rm -rf /',
  'rm  -rf /',
  'cd x && sudo rm -rf y',
  'command rm -rf y',
  '\\rm -rf y',
  `'r'm "-rf" y`,
  `$'rm' -rf y`,
  'env -S "rm -rf y"',
  'sh -e -c "rm -rf y"',
  "bash --norc -c 'cd x; rm -rf y'",
  'eval "rm -rf y"',
  "bash <<< 'rm -rf y'",
  'sh <<EOF\nrm -rf y\nEOF',
  'echo "$(rm -rf y)"',
  'echo `rm -rf y`',
  'echo y | xargs rm -rf',
  'find . -exec /bin/rm -rf {} +',
  'ssh host rm -rf y',
  'f() { rm -rf y; }; f',
  'rm${IFS}-rf y',
  'rm \\\n  -rf y',
  '{rm,-rf,y}',
]

it.each(ways)('finds what is never to be asked for in %j', (line) => {
  expect(isMentioned('rm -rf', line)).toBe(true)
  expect(isMentioned('/rm -rf/', line)).toBe(true)
})

it('finds programs that run others, and expressions at the beginning of any command', () => {
  expect(isMentioned('sudo', 'sudo -u me make')).toBe(true)
  expect(isMentioned('env', 'cd x; /usr/bin/env A=1 make')).toBe(true)
  expect(isMentioned('/^git push/', 'cd x\nsudo git push')).toBe(true)
})

it('finds nothing else', () => {
  for (const line of ['rm -r', 'farm -rf', 'rm x -rf', 'echo rm', '']) expect(isMentioned('rm -rf', line)).toBe(false)
  expect(isMentioned('sudo', 'pseudo sudoku')).toBe(false)
})
