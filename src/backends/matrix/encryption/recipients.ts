import { ConfigError } from '../../../platform/errors.ts'
import type { Machine } from './machine.ts'

/**
 * Says which devices of some users get keys. An owner who has an identity signs the devices that are theirs: any other
 * may have been added by the homeserver. And an identity that is not the one that was seen first may be its, too.
 */
export async function markDevices(machine: Machine, users: string[]): Promise<void> {
  const { library, olm } = machine
  const { BlackListed, Unset } = library.LocalTrust
  for (const user of users) {
    const identity = await olm.getIdentity(new library.UserId(user))
    const changed = identity !== undefined && hasChanged(machine, identity)
    machine.state.changed = machine.state.changed.filter((one) => one !== user).concat(changed ? user : [])
    const onlySigned = identity !== undefined && machine.state.recipients === 'signed'
    for (const device of (await olm.getUserDevices(new library.UserId(user))).devices()) {
      const wanted = changed || (onlySigned && !device.isCrossSignedByOwner()) ? BlackListed : Unset
      const known = device.localTrustState === BlackListed ? BlackListed : Unset
      if (known !== wanted) await device.setLocalTrust(wanted)
    }
  }
}

/** Marks the devices of all anew, when others than before are to get keys. */
export async function chooseRecipients(machine: Machine, recipients: 'signed' | 'all'): Promise<void> {
  if (machine.state.recipients === recipients) return
  machine.state.recipients = recipients
  const users = [...(await machine.olm.trackedUsers())].map((user) => user.toString())
  await markDevices(machine, users)
}

/**
 * Takes the identity that a user has now for theirs.
 *
 * @throws ConfigError there is none
 */
export async function acceptIdentity(machine: Machine, user: string): Promise<void> {
  const { library, olm, state } = machine
  const identity = await olm.getIdentity(new library.UserId(user))
  if (identity === undefined) throw new ConfigError(`${user} has no identity, or is not known here`)
  if (identity instanceof library.OtherUserIdentity) await identity.pinCurrentMasterKey()
  else state.masterKey = keyIn(identity.masterKey)
  await markDevices(machine, [user])
}

type Identity = NonNullable<Awaited<ReturnType<Machine['olm']['getIdentity']>>>

/** The engine remembers the first identity of others, but not that of the account itself. */
function hasChanged({ library, state }: Machine, identity: Identity): boolean {
  if (identity instanceof library.OtherUserIdentity) return identity.identityNeedsUserApproval()
  const masterKey = keyIn(identity.masterKey)
  state.masterKey ??= masterKey
  return masterKey !== state.masterKey
}

/** The public key itself, of the JSON that the engine has for one. */
export function keyIn(json: string): string {
  const [key = ''] = Object.values((JSON.parse(json) as { keys: Record<string, string> }).keys)
  return key
}
