import { expect, it } from 'vitest'
import { readRecoveryKey, writeRecoveryKey } from '../../../src/backends/matrix/encryption/recovery-key.ts'

/** A pair that the tests of other clients have, too: a private key of RFC 7748 §6.1. */
const written = 'EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d'
const key = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'

it('a recovery key is written in groups of four, and read however it is spaced', () => {
  const read = readRecoveryKey(written)
  expect(read.toString('hex')).toBe(key)
  expect(readRecoveryKey(` ${written.replaceAll(' ', '')}\n`)).toEqual(read)
  expect(writeRecoveryKey(read)).toBe(written)
})

it.each([
  ['two letters are swapped', written.replace('LW2K', 'WL2K')],
  ['a letter is missing', written.slice(0, -1)],
  ['a letter is there that none has', written.replace('LW2K', 'L02K')],
  ['it is nothing', ''],
  ['it is a passphrase', 'correct horse battery staple'],
])('it is refused where %s', (_, text) => {
  expect(() => readRecoveryKey(text)).toThrow('this is no recovery key')
})
