import { isServiceAddress, parseAddress } from '../backends/contract/address.ts'
import type { Backend } from '../backends/contract/backend.ts'
import { openCache } from '../backends/contract/cache.ts'
import { findOption, readOption } from '../backends/contract/read-option.ts'
import { addressSchemes, loadBackend } from '../backends/index.ts'
import { ConfigError, messageOf } from '../platform/errors.ts'
import { say } from '../platform/output.ts'
import { didYouMean } from '../platform/suggest.ts'
import { locate } from '../process/locate.ts'
import { hideSecretsOf } from './hide.ts'
import type { Problem } from './read.ts'
import type { Config } from './types.ts'

/** What an address of Apprise stands for. */
export interface Addressed {
  backend: string
  /** As the file would say them. */
  settings: Record<string, unknown>
}

/**
 * Reads an address of Apprise: by the table of one of our backends, else for apprise: the configured server, or the
 * program. No message quotes it.
 *
 * @throws ConfigError something is missing in it, or nobody here knows its scheme
 */
export async function readAddress(text: string, config: Pick<Config, 'targets'>): Promise<Addressed> {
  const address = parseAddress(text)
  const { scheme } = address
  const forms: string[] = []
  for (const name of Object.hasOwn(addressSchemes, scheme) ? (addressSchemes[scheme] ?? []) : []) {
    const backend = await loadBackend(name)
    const read = backend.addresses?.read(address)
    if (read === undefined) forms.push(backend.addresses?.form ?? '')
    else return { backend: name, settings: checked(scheme, backend, read) }
  }
  if (forms.length > 0) throw new ConfigError(`${scheme}://: expected ${forms.join(' or ')}`)
  const server = Object.values(config.targets).find(({ backend, settings }) => backend === 'apprise' && settings['url'])
  if (server !== undefined) {
    const { key: _, ...settings } = server.settings
    return { backend: 'apprise', settings: { ...settings, urls: [text.trim()] } }
  }
  if (!('path' in locate('apprise', process.env['PATH']))) {
    const guess = didYouMean(scheme, Object.keys(addressSchemes))
    throw new ConfigError(`${scheme}://: no backend reads such addresses${guess} (the program apprise may: install it)`)
  }
  const apprise = await loadBackend('apprise')
  return { backend: 'apprise', settings: checked(scheme, apprise, { urls: [text.trim()] }) }
}

function checked(scheme: string, { options, addresses }: Backend, read: Record<string, unknown>) {
  const settings: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(read)) {
    const name = value === undefined ? undefined : findOption(options, key)
    const option = name === undefined ? undefined : options[name]
    if (name === undefined || option === undefined) continue
    hideSecretsOf(option, value)
    const result = readOption(option, value)
    if ('problem' in result) {
      throw new ConfigError(`${scheme}://: ${name}: ${result.problem} (${addresses?.form ?? 'an address'})`)
    }
    settings[name] = value
  }
  const missing = Object.keys(options).find(
    (name) => options[name]?.details.required === true && settings[name] === undefined,
  )
  if (missing !== undefined) throw new ConfigError(`${scheme}://: ${missing} is missing (expected ${addresses?.form})`)
  return settings
}

/** The name of a target that was given as an address: it holds nothing of it. */
export function nameOfAddress(text: string, backend: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `${backend}://${createHash('sha256').update(text.trim()).digest('hex').slice(0, 8)}`
}

/** What is typed can be seen in the list of processes: said the first time, and not again. */
export function adviseOnce(): void {
  const told = openCache('addresses', 'advice', AbortSignal.timeout(1000))
  const advice =
    'an address on the command line can be seen by other users of this machine (put it into the configuration)'
  if (told.read() === advice) return
  say.warning(`-b: ${advice}`)
  told.write(advice)
}

/** Reads a target that is nothing but an address: `phone: ntfys://host/topic`. */
export async function readAddressTarget(
  name: string,
  text: string,
  at: string[],
  { config, problems }: { config: Config; problems: Problem[] },
): Promise<void> {
  try {
    const { backend, settings } = await readAddress(text, config)
    config.targets[name] = { name, backend, settings, at }
  } catch (error) {
    config.targets[name] = { name, backend: '', settings: {}, at }
    problems.push({ at, what: messageOf(error) })
  }
}

/** Names of targets in the file may be addresses, too: each becomes a target. */
export async function readAddressesAmongNames(config: Config, problems: Problem[]): Promise<void> {
  const lists: [string[], string[]][] = [
    [config.backends, ['backends']],
    ...Object.entries(config.groups).map(([group, members]): [string[], string[]] => [members, ['groups', group]]),
  ]
  for (const [names, at] of lists) {
    for (const [index, text] of names.entries()) {
      if (!isServiceAddress(text)) continue
      try {
        const { backend, settings } = await readAddress(text, config)
        const name = nameOfAddress(text, backend)
        config.targets[name] = { name, backend, settings, at }
        names[index] = name
      } catch (error) {
        problems.push({ at, what: messageOf(error) })
        names.splice(index, 1)
      }
    }
  }
}
