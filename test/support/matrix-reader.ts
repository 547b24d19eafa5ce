import * as library from '@matrix-org/matrix-sdk-crypto-wasm'

const v3 = '/_matrix/client/v3'

type Json = Record<string, unknown>

/** An event of an encrypted room as somebody reads it: what it says, or why it cannot be read. */
export interface Read {
  id: string
  content?: Json
  error?: string
}

/** Another device in an encrypted room: Element's own engine, which keeps nothing. */
export interface Reader {
  user: string
  token: string
  device: string
  olm: library.OlmMachine
  call(method: string, path: string, json?: unknown): Promise<Json>
  /** Makes an identity, and signs this device with it. @returns the public master key */
  crossSign(): Promise<string>
  /** Takes what was sent to the device. */
  sync(): Promise<void>
  /** The encrypted events of a room, the oldest first; only of senders whose owner has signed the device, if wanted. */
  read(room: string, trust?: library.TrustRequirement): Promise<Read[]>
  /** Signs another device of the same account. */
  sign(device: string): Promise<void>
}

/** Logs in, and publishes keys, if wanted all but the one-time keys. */
export async function matrixReader(
  address: string,
  name: string,
  password: string,
  { withOneTimeKeys = true, device }: { withOneTimeKeys?: boolean; device?: string } = {},
): Promise<Reader> {
  await library.initAsync()
  const call = async (method: string, path: string, json?: unknown): Promise<Json> => {
    const answer = await fetch(`${address}${v3}/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(reader.token && { authorization: `Bearer ${reader.token}` }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const body = (await answer.json()) as Json
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(body)}`)
    return body
  }
  let since: string | undefined
  const send = async (request: {
    type: library.RequestType
    body: string
    id?: string | undefined
    event_type?: string
  }) => {
    const { RequestType } = library
    const body = JSON.parse(request.body) as Json
    if (request.type === RequestType.KeysUpload && !withOneTimeKeys) {
      body['one_time_keys'] = {}
      body['fallback_keys'] = {}
    }
    const paths = {
      [RequestType.KeysUpload]: 'keys/upload',
      [RequestType.KeysQuery]: 'keys/query',
      [RequestType.KeysClaim]: 'keys/claim',
      [RequestType.SignatureUpload]: 'keys/signatures/upload',
    } as Record<library.RequestType, string>
    const path = paths[request.type]
    const answer =
      path !== undefined
        ? await call('POST', path, body)
        : await call('PUT', `sendToDevice/${request.event_type}/${request.id}`, body)
    if (request.id !== undefined) await reader.olm.markRequestAsSent(request.id, request.type, JSON.stringify(answer))
  }
  const settle = async () => {
    for (let round = 0; round < 3; round++)
      for (const request of await reader.olm.outgoingRequests()) await send(request)
  }
  const reader: Reader = {
    user: '',
    token: '',
    device: '',
    olm: undefined as never,
    call,
    async crossSign() {
      const { uploadKeysRequest, uploadSigningKeysRequest, uploadSignaturesRequest } =
        await reader.olm.bootstrapCrossSigning(true)
      if (uploadKeysRequest) await send(uploadKeysRequest)
      const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password }
      await call('POST', 'keys/device_signing/upload', { ...JSON.parse(uploadSigningKeysRequest.body), auth })
      await send(uploadSignaturesRequest)
      await settle()
      return Object.keys(JSON.parse(uploadSigningKeysRequest.body).master_key.keys)[0]?.replace('ed25519:', '') ?? ''
    },
    async sync() {
      const answer = await call('GET', `sync?timeout=0${since === undefined ? '' : `&since=${since}`}`)
      since = String(answer['next_batch'])
      const { changed = [], left = [] } = (answer['device_lists'] ?? {}) as Record<string, string[]>
      const users = (list: string[]) => list.map((user) => new library.UserId(user))
      await reader.olm.receiveSyncChanges(
        JSON.stringify((answer['to_device'] as Json | undefined)?.['events'] ?? []),
        new library.DeviceLists(users(changed), users(left)),
        new Map(Object.entries((answer['device_one_time_keys_count'] ?? {}) as Record<string, number>)),
        new Set((answer['device_unused_fallback_key_types'] ?? []) as string[]),
      )
      await settle()
    },
    async read(room, trust = library.TrustRequirement.Untrusted) {
      await reader.sync()
      const senders = new Set<string>()
      const path = `rooms/${encodeURIComponent(room)}/messages?dir=f&limit=500`
      const events = ((await call('GET', path))['chunk'] as Json[]).filter(({ type }) => type === 'm.room.encrypted')
      for (const { sender } of events) senders.add(String(sender))
      await reader.olm.updateTrackedUsers([...senders].map((user) => new library.UserId(user)))
      await send(reader.olm.queryKeysForUsers([...senders].map((user) => new library.UserId(user))))
      const found: Read[] = []
      for (const event of events) {
        const id = String(event['event_id'])
        try {
          const settings = new library.DecryptionSettings(trust)
          const read = await reader.olm.decryptRoomEvent(JSON.stringify(event), new library.RoomId(room), settings)
          found.push({ id, content: JSON.parse(read.event).content })
        } catch (error) {
          found.push({ id, error: (error as library.MegolmDecryptionError).description ?? String(error) })
        }
      }
      return found
    },
    async sign(id) {
      await send(reader.olm.queryKeysForUsers([new library.UserId(reader.user)]))
      const device = await reader.olm.getDevice(new library.UserId(reader.user), new library.DeviceId(id))
      if (device === undefined) throw new Error(`${reader.user} has no device ${id}`)
      await send(await device.verify())
    },
  }
  const login = {
    ...{ type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password },
    ...(device !== undefined && { device_id: device }),
  }
  const session = await call('POST', 'login', login)
  reader.user = String(session['user_id'])
  reader.token = String(session['access_token'])
  reader.device = String(session['device_id'])
  reader.olm = await library.OlmMachine.initialize(new library.UserId(reader.user), new library.DeviceId(reader.device))
  await settle()
  return reader
}

/** Which key of which session an event was encrypted with (Megolm: version, then the index as field 1). */
export function indexOf(content: Json): string {
  const bytes = Buffer.from(String(content['ciphertext']), 'base64')
  let index = 0
  for (let at = 2, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] ?? 0
    index |= (byte & 0x7f) << shift
    if (byte < 0x80) return `${content['session_id']} ${index}`
  }
}
