import { describe, expect, it } from 'vitest'
import { defaultIgnore, isIgnored, isSilenced } from '../../src/rules/ignore.ts'

describe('commands that somebody sits in front of', () => {
  it.each([
    'vim x',
    'sudo -u root vim x',
    'env A=1 vim x',
    'A=1 vim x',
    '/usr/bin/vim x',
    '\\vim x',
    'command vim x',
    'time vim x',
    'nice -n 5 vim x',
    'nice vim x',
    'cat x | less',
    'make && vim x',
    "'vim' x",
    'sudo FOO=1 nano /etc/fstab',
    'timeout 5 top',
    '(cd /tmp; vim x)',
    'if true; then vim x; fi',
    'for f in *; do vim "$f"; done',
    'while read x; do less "$x"; done < list',
    'vim <<EOF\nmake\nEOF',
    'ntfy done make',
    'env -u HOME ssh host make',
    'vim x 2>/dev/null',
    'vim x # make',
  ])('%s', (line) => expect(isIgnored(line, defaultIgnore)).toBe(true))
})

describe('commands that run by themselves', () => {
  it.each([
    'vim x; make',
    'vimdiff-report',
    'echo "| less"',
    "echo '; vim'",
    'git push',
    'make # vim',
    'manage.py migrate',
    'topgrade',
    'cat <<EOF | sort\nvim\nEOF',
    'make \\; vim',
    'echo $(vim x)',
    'echo `less`',
    'sleep 5 && echo vim',
    'diff <(sort a) <(sort b)',
    '',
    '# vim',
  ])('%s', (line) => expect(isIgnored(line, defaultIgnore)).toBe(false))
})

it('takes the list that the user has set instead of its own', () => {
  expect(isIgnored('make all', 'make, cargo')).toBe(true)
  expect(isIgnored('vim x', 'make, cargo')).toBe(false)
})

it('is silent about NTFY=off in front of a command', () => {
  expect(isSilenced('NTFY=off make')).toBe(true)
  expect(isSilenced('cd x && NTFY=off sudo make')).toBe(true)
  expect(isSilenced('env NTFY=off make')).toBe(true)
  expect(isSilenced('echo NTFY=off')).toBe(false)
})
