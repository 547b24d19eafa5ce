import { dumpDatabase, newFactory, restoreDatabase } from './database.ts'
import type { Library } from './library.ts'
import { type Device, type State, writeState } from './state.ts'

/** What only reading needs, and would grow with every message of others. */
const unread = ['inbound_group_sessions3', 'withheld_sessions', 'olm_hashes', 'received_room_key_bundles']

/** The engine of one device, with what it has to remember. */
export interface Machine {
  library: typeof Library
  olm: Library.OlmMachine
  state: State
  /**
   * Writes what has changed. Whatever depends on it goes out only afterwards.
   *
   * @throws ConfigError, TransientError nothing could be written
   */
  save(): Promise<void>
  close(): void
}

const name = 'device'
const database = `${name}::matrix-sdk-crypto`

/** The engine looks for its database in what is the global one while it opens it. */
let opening: Promise<unknown> = Promise.resolve()

/** Opens the engine of a device with what was kept of it. */
export function openMachine(
  library: typeof Library,
  device: Device,
  kept: State | undefined,
  now: () => Date,
): Promise<Machine> {
  const turn = opening.then(() => open(library, device, kept, now))
  opening = turn.catch(() => {})
  return turn
}

async function open(
  library: typeof Library,
  device: Device,
  kept: State | undefined,
  now: () => Date,
): Promise<Machine> {
  const factory = newFactory()
  if (kept !== undefined) await restoreDatabase(factory, database, kept.database)
  const olm = await library.OlmMachine.initFromStore(
    new library.UserId(device.user),
    new library.DeviceId(device.id),
    await library.StoreHandle.open(name, null),
  )
  const fingerprint = olm.identityKeys.ed25519.toBase64()
  const first = { device, fingerprint, changed: [], recipients: 'signed', copied: false, outgoing: {} } as const
  const machine: Machine = {
    library,
    olm,
    state: kept ?? { ...first, changed: [], database: { version: 0, stores: {} } },
    async save() {
      const dump = await dumpDatabase(factory, database, unread)
      machine.state = writeState({ ...machine.state, database: dump }, now())
    },
    close: () => olm.close(),
  }
  return machine
}
