import { defineCommand, type FlagValues } from '../../cli/command.ts'
import { UsageError } from '../../platform/errors.ts'
import { didYouMean } from '../../platform/suggest.ts'
import { logInHere } from './login.ts'
import { joinRooms, listRooms } from './rooms.ts'
import type { Verb } from './verb.ts'
import { verifyDevice } from './verify.ts'

const flags = {
  'print-token': {
    kind: 'boolean',
    description: 'login: print the token instead of storing it here',
  },
  'recovery-key': {
    kind: 'text',
    value: '-',
    description: "verify: read the account's recovery key from stdin (-) instead of asking for it",
  },
  accept: {
    kind: 'list',
    value: 'USER',
    description: 'verify: give keys to a user again whose master key has changed',
  },
} as const

/** Which flags mean something to which word. */
const verbs: Record<string, { run: Verb; takes: (keyof typeof flags)[] }> = {
  login: { run: logInHere, takes: ['print-token'] },
  join: { run: joinRooms, takes: [] },
  rooms: { run: listRooms, takes: [] },
  verify: { run: verifyDevice, takes: ['recovery-key', 'accept'] },
}

export default defineCommand({
  name: 'matrix',
  words: 'login|join|rooms|verify [@NAME:SERVER|ROOM...]',
  summary: 'log in to Matrix, join and list rooms, sign the device',
  group: 'configuration',
  examples: [
    ['ntfy matrix login @me:example.org', 'asks for the password'],
    ['ntfy matrix verify', 'asks for the recovery key: messages are shown without a shield'],
  ],
  flags,
  takes: ['backend', 'json'],
  async run({ words: [name, ...words], flags, global }) {
    const known = Object.keys(verbs)
    if (name === undefined) throw new UsageError(`matrix: expected one of ${known.join(', ')}`)
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (!verb)
      throw new UsageError(`matrix: unknown word ${name}${didYouMean(name, known)} (known: ${known.join(', ')})`)
    const strange = given(flags).find((flag) => !verb.takes.includes(flag))
    if (strange !== undefined) throw new UsageError(`matrix ${name}: --${strange} means nothing here`)
    const { accept, 'print-token': printToken, 'recovery-key': recoveryKey } = flags
    return verb.run(words, { global, printToken, recoveryKey, accept })
  },
})

function given(values: FlagValues<typeof flags>): (keyof typeof flags)[] {
  const names = Object.keys(flags) as (keyof typeof flags)[]
  return names.filter((name) => {
    const value = values[name]
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
  })
}
