import type { Context } from '../../contract/backend.ts'
import type { Call } from '../call.ts'
import type { Account } from '../session.ts'
import { type Description, describeDevice } from './describe.ts'
import { deviceOf, openDevice } from './device.ts'
import { makeIdentity, signDevice, standingOf } from './identity.ts'
import { engineError } from './library.ts'
import type { Machine } from './machine.ts'
import { alone } from './place.ts'
import { acceptIdentity } from './recipients.ts'
import { fulfil, settle } from './requests.ts'
import { readState, stateName } from './state.ts'
import { receive } from './sync.ts'

/** Whose device it is, and what it needs of the world. */
export interface Owner {
  call: Call
  account: Account
  context: Pick<Context, 'cache' | 'now' | 'signal' | 'debug'>
}

/**
 * Gives a device keys, and its account an identity if that has none.
 *
 * @param show gets the recovery key of an identity that was made
 */
export async function setUpDevice(
  owner: Owner,
  password: string | undefined,
  show: (recoveryKey: string) => void,
): Promise<Description | undefined> {
  await working(owner, async (machine) => {
    await receive(machine, owner.call)
    await settle(machine, owner.call, owner.context.debug)
    const { hasIdentity } = await standingOf(machine, owner.call)
    await machine.save()
    if (!hasIdentity) await makeIdentity(machine, owner.call, { password, show })
  })
  await trustIdentity(owner)
  return describe(owner)
}

/** Signs a device with the key that a recovery key stands for. */
export async function signOwnDevice(owner: Owner, key: Buffer): Promise<Description | undefined> {
  let masterKey: string | undefined
  await working(owner, async (machine) => {
    masterKey = await signDevice(machine, owner.call, key)
  })
  await trustIdentity(owner, masterKey)
  return describe(owner)
}

/** Takes the identity that a user has now for theirs. */
export async function acceptUser(owner: Owner, user: string): Promise<void> {
  await working(owner, async (machine) => {
    await fulfil(machine, owner.call, machine.olm.queryKeysForUsers([new machine.library.UserId(user)]))
    await acceptIdentity(machine, user)
    await machine.save()
  })
}

/** Remembers the account's own identity: who has its recovery key says which it is. */
function trustIdentity(owner: Owner, masterKey?: string): Promise<void> {
  return working(owner, async (machine) => {
    if (masterKey !== undefined) machine.state.masterKey = masterKey
    await standingOf(machine, owner.call)
    await machine.save()
  })
}

function describe({ call, account, context }: Owner): Promise<Description | undefined> {
  return describeDevice(call, account, context)
}

async function working(owner: Owner, work: (machine: Machine) => Promise<void>): Promise<void> {
  const { call, account, context } = owner
  const device = await deviceOf(call, account, context)
  await alone(stateName(device), context.signal, async () => {
    const machine = await openDevice(device, readState(device), owner)
    try {
      await work(machine)
    } catch (error) {
      throw engineError(error)
    } finally {
      machine.close()
    }
  })
}
