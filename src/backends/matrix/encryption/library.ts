import type * as Library from '@matrix-org/matrix-sdk-crypto-wasm'
import { ConfigError, messageOf, NtfyError, TransientError } from '../../../platform/errors.ts'

export type { Library }

/**
 * Element's own engine, compiled to WebAssembly, and a store for it: it knows none but IndexedDB, which Node lacks. Both
 * are optional packages, and 60 ms and 35 MB that only encrypted rooms are worth.
 *
 * @throws ConfigError they are not installed
 */
export async function loadLibrary(): Promise<typeof Library> {
  try {
    // @ts-expect-error: this part of it has no types
    const [library] = await Promise.all([import('@matrix-org/matrix-sdk-crypto-wasm'), import('fake-indexeddb/auto')])
    await library.initAsync()
    return library
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n')
    throw new ConfigError(
      `encryption needs two optional packages that cannot be loaded: ${reason} ` +
        '(npm install --global @matrix-org/matrix-sdk-crypto-wasm fake-indexeddb)',
    )
  }
}

/** The engine's own errors are about answers of a homeserver that it cannot use. */
export function engineError(error: unknown): unknown {
  return error instanceof NtfyError ? error : new TransientError(`encryption: ${messageOf(error)}`)
}

/** Users as the engine wants them: it uses them up. What is no name of a user has no devices. */
export function userIds({ UserId }: typeof Library, users: readonly string[]): Library.UserId[] {
  return users.flatMap((user) => {
    try {
      return new UserId(user)
    } catch {
      return []
    }
  })
}
