import { ConfigError, PermanentError, TransientError } from '../../platform/errors.ts'
import { excerpt } from '../../platform/masking.ts'

/** The broker cannot do the version that was asked for. */
export const unsupportedVersion = 0x84

/** Reason codes of MQTT 5 (§2.4) as words, and what they mean for a delivery; what is not listed may pass. */
const reasons: Record<number, [words: string, kind?: 'config' | 'permanent']> = {
  128: ['unspecified error'],
  129: ['malformed packet', 'permanent'],
  130: ['protocol error (is the topic one that can be published to?)', 'permanent'],
  131: ['refused by a rule of its own'],
  132: ['it does not speak this version of MQTT', 'config'],
  133: ['it does not want this client_id', 'config'],
  134: ['wrong user or password', 'config'],
  135: ['not authorized (may this user publish to the topic?)', 'config'],
  136: ['the broker is not available now'],
  137: ['the broker is busy'],
  138: ['this client is banned', 'config'],
  139: ['the broker is shutting down'],
  140: ['it wants another way to log in', 'config'],
  141: ['keep alive timeout'],
  142: ['another client with this client_id took over'],
  143: ['the topic filter is invalid', 'permanent'],
  144: ['the topic is invalid there', 'permanent'],
  149: ['the message is too large', 'permanent'],
  151: ['a quota is used up'],
  153: ['the payload is not in the format that it should have', 'permanent'],
  154: ['it keeps no messages (retain: false)', 'config'],
  155: ['it does not do this qos', 'config'],
  156: ['use another server', 'config'],
  157: ['the server has moved', 'config'],
  159: ['too many connections'],
}

/** What the return codes of MQTT 3.1.1 (§3.2.2.3) are called in MQTT 5. */
const older: Record<number, number> = { 1: unsupportedVersion, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87 }

/** A code of either version as that of MQTT 5. */
export function reasonCode(code: number): number {
  return older[code] ?? code
}

/** What a broker's refusal means for the delivery. `said` is its own explanation, which it need not give. */
export function refusal(server: string, code: number, said: unknown): Error {
  const [words, kind] = reasons[code] ?? [`reason 0x${code.toString(16)}`]
  const explanation = typeof said === 'string' && said !== '' ? `: ${excerpt(said)}` : ''
  const text = `${server}: ${words}${explanation}`
  if (kind === 'config') return new ConfigError(text)
  return kind === 'permanent' ? new PermanentError(text) : new TransientError(text)
}
