import { ConfigError, messageOf, PermanentError } from '../../../platform/errors.ts'
import { field } from '../../../platform/json.ts'
import type { Call } from '../call.ts'
import type { Library } from './library.ts'
import type { Machine } from './machine.ts'
import { markDevices } from './recipients.ts'

/** How long the homeserver may wait for those of others, in milliseconds: by default it is as long as a whole attempt. */
const patience = 3000

/** Two requests for keys may be needed before all is known; more would be an error of the engine. */
const mostRounds = 5

type Request = Awaited<ReturnType<Library.OlmMachine['outgoingRequests']>>[number]

/** Does what the engine wants to have done before anything is sent: publishing its own keys, looking at those of others. */
export async function settle(machine: Machine, call: Call, debug: (text: string) => void): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const requests = await machine.olm.outgoingRequests()
    const wanted = requests.filter(({ type }) => handled(machine.library).includes(type))
    if (wanted.length === 0) return
    // What is published must not be lost; a question may be asked again.
    if (wanted.some(({ type }) => type !== machine.library.RequestType.KeysQuery)) await machine.save()
    for (const request of wanted) {
      try {
        await fulfil(machine, call, request)
      } catch (error) {
        if (!(error instanceof PermanentError) || isFirstUpload(machine, request)) throw error
        // One-time keys of a state that was copied may have been published with other values; nobody needs them.
        debug(messageOf(error))
        return
      }
    }
  }
}

/** Sends a request of the engine, and gives it the answer. */
export async function fulfil(machine: Machine, call: Call, request: Request): Promise<void> {
  const { library, olm } = machine
  const { RequestType } = library
  const json = JSON.parse(request.body) as Record<string, unknown>
  const ask = (path: string[], more = {}) => call('POST', ['keys', ...path], { json: { ...json, ...more } })
  const send: Partial<Record<Library.RequestType, () => Promise<Record<string, unknown>>>> = {
    [RequestType.KeysUpload]: () => ask(['upload']),
    [RequestType.KeysQuery]: () => ask(['query'], { timeout: patience }),
    [RequestType.KeysClaim]: () => ask(['claim'], { timeout: patience }),
    [RequestType.SignatureUpload]: () => ask(['signatures', 'upload']),
    [RequestType.ToDevice]: () => {
      const { event_type: type, txn_id: transaction } = request as Library.ToDeviceRequest
      return call('PUT', ['sendToDevice', type, transaction], { json })
    },
  }
  const answer = await send[request.type]?.()
  if (answer === undefined) return
  if (request.type === RequestType.KeysQuery) requireOwnKeys(machine, answer)
  await olm.markRequestAsSent(request.id as string, request.type, JSON.stringify(answer))
  if (request.type === RequestType.KeysQuery) await markDevices(machine, Object.keys(json['device_keys'] ?? {}))
}

function handled({ RequestType }: typeof Library): Library.RequestType[] {
  return [RequestType.KeysUpload, RequestType.KeysQuery, RequestType.ToDevice, RequestType.SignatureUpload]
}

function isFirstUpload({ library }: Machine, { type, body }: Request): boolean {
  return type === library.RequestType.KeysUpload && JSON.parse(body).device_keys !== undefined
}

/** @throws ConfigError what others see as this device's keys are not those that are here */
function requireOwnKeys(machine: Machine, answer: Record<string, unknown>): void {
  const { user, id } = machine.state.device
  const published = field(answer, 'device_keys', user, id, 'keys', `ed25519:${id}`)
  if (published === undefined || published === machine.state.fingerprint) return
  throw new ConfigError(
    `the keys of device ${id} of ${user} were replaced by another program: ntfy matrix login ${user} makes a new device`,
  )
}
