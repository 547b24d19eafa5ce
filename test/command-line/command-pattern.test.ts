import { describe, expect, it } from 'vitest'
import { commandPattern } from '../../src/command-line/command-pattern.ts'

const rows: [pattern: string, line: string, matches: boolean][] = [
  ['make test', 'make test', true],
  ['make test', 'cd x && sudo make test -j4', true],
  ['make test', 'CC=clang make test', true],
  ['make test', 'env CC=clang time /usr/bin/make test', true],
  ['make test', 'sudo -u build make test', true],
  ['make test', 'sudo -iu app make test', true],
  ['make test', 'sudo -A make test', true],
  ['make test', 'time -p make test', true],
  ['make test', 'time -f %e make test', true],
  ['make test', 'time { make test; }', true],
  ['make test', 'f() { make test; }', false],
  ['make test', 'f () { cd x; { make test; }; }', false],
  ['make test', 'f() { cd x; }; make test', true],
  ['make test', '(make test)', true],
  ['make test', 'make  "test"', true],
  ['make test', 'make test | tee log', true],
  ['make test', "git commit -m 'make test'", false],
  ['make test', 'make tests', false],
  ['make test', 'make -C x test', false],
  ['make test', 'remake test', false],
  ['make test', 'echo make test', false],
  ['make test', '# make test', false],
  ['make', 'cmake .', false],
  ['make', 'makers', false],
  ['make', './make', true],
  ['make test', "sh -c 'make test'", true],
  ['make test', "bash -lc 'cd x; make test'", true],
  ['./build.sh', '/home/me/build.sh --all', true],
  ['sudo make', 'make', true],
  ['git push', 'git push origin main', true],
  ['git push', 'git pull', false],
  ['/^cargo (build|test)/', 'cargo test --all', true],
  ['/^cargo (build|test)/', 'cd x; cargo test', false],
  ['/CARGO/i', 'cargo test', true],
  ['/usr/bin/make', 'make', true],
]

describe('a pattern for commands', () => {
  it.each(rows)('%s on %s: %s', (pattern, line, matches) => {
    expect(commandPattern(pattern)(line)).toBe(matches)
  })

  it('says what is wrong with one', () => {
    expect(() => commandPattern('/(/')).toThrow('/(/ is not a valid regular expression')
    expect(() => commandPattern('  ')).toThrow('expected the first words of a command')
  })
})
