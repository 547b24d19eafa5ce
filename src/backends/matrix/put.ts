import { ConfigError } from '../../platform/errors.ts'
import type { Context } from '../contract/backend.ts'
import type { Call } from './call.ts'
import { rememberEncrypted } from './encryption/encrypted-rooms.ts'
import type { Put } from './rooms.ts'
import type { Account } from './session.ts'

/** The options of a target that say what happens in encrypted rooms. */
export interface EncryptionOptions {
  encryption: 'auto' | 'never'
  recipients: 'signed' | 'all'
  allow_unencrypted: boolean
}

/** What goes to each room, one event after the other. */
export interface Message {
  /** The transaction id makes the server drop a second copy; its scope is the device and the very path. */
  transaction: string
  /** The contents of the events, as encrypted rooms and others take them. */
  contents(encrypted: boolean): Promise<Record<string, unknown>[]>
}

type World = Pick<Context, 'cache' | 'now' | 'signal' | 'debug' | 'warn'>

const refusal =
  'the room is encrypted, and encryption: never was set: its members would get the message with a warning, or not at ' +
  'all; leave that out, or set allow_unencrypted: true'

/**
 * Puts a message into rooms, encrypted ones and others.
 *
 * @throws ConfigError an encrypted room, where nothing is to be encrypted
 */
export function putInto(call: Call, account: Account, message: Message, options: EncryptionOptions, world: World): Put {
  const encrypts = (encryption: unknown) => encryption !== undefined && options.encryption === 'auto'
  return async (room, encryption) => {
    if (encryption !== undefined && !encrypts(encryption)) {
      // Nothing that is kept here depends on it.
      await rememberEncrypted(account.homeserver, room).catch(() => {})
      if (!options.allow_unencrypted) throw new ConfigError(refusal)
      world.warn(`plain text goes to the encrypted room ${room} (allow_unencrypted)`)
    }
    let first: string | undefined
    for (const [at, content] of (await message.contents(encrypts(encryption))).entries()) {
      const transaction = at === 0 ? message.transaction : `${message.transaction}-${at - 1}`
      const event = encrypts(encryption)
        ? await putEncrypted(
            call,
            { account, room, encryption: encryption ?? {}, transaction, content },
            options,
            world,
          )
        : await putPlain(call, room, transaction, content)
      first ??= event
    }
    return first ?? ''
  }
}

async function putPlain(call: Call, room: string, transaction: string, content: unknown): Promise<string> {
  const path = ['rooms', room, 'send', 'm.room.message', transaction]
  return String((await call('PUT', path, { json: content, proof: 'event_id' }))['event_id'])
}

async function putEncrypted(
  call: Call,
  post: Omit<import('./encryption/post.ts').Post, 'recipients'>,
  { recipients }: EncryptionOptions,
  world: World,
): Promise<string> {
  const { postEncrypted } = await import('./encryption/post.ts')
  return postEncrypted(call, { ...post, recipients }, world)
}
