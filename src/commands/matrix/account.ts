import { openCache } from '../../backends/contract/cache.ts'
import { type AccountOptions, accountOf } from '../../backends/matrix/account.ts'
import type { Owner } from '../../backends/matrix/encryption/own-device.ts'
import { accountCall } from '../../backends/matrix/session.ts'
import type { GlobalOptions } from '../../cli/command.ts'
import { loadConfig } from '../../config/index.ts'
import { resolveOptions } from '../../config/resolve.ts'
import { selectTargets } from '../../config/select.ts'
import type { Config } from '../../config/types.ts'
import { type Http, httpClient } from '../../http/index.ts'
import { ConfigError, UsageError } from '../../platform/errors.ts'
import { say } from '../../platform/output.ts'

/** Longest time that all requests of a command may take, in milliseconds. */
const deadline = 30_000

/** What a command needs of the world. */
export type World = Owner['context'] & { http: Http }

/** An account, with the calls that are made in its name. */
export type Caller = Owner & { context: World }

/** The account of the configuration's target, or of the last login. */
export async function callerOf(global: GlobalOptions): Promise<Caller> {
  const { options, world } = await accountOptions(global)
  const context = world()
  const account = await accountOf(options, context)
  return { account, call: accountCall(account, context), context }
}

/**
 * What `-b`, else the first Matrix target of the configuration, and `-o` say of the account.
 *
 * @param user the account that was named, if one was: the options of another do not count
 */
export async function accountOptions(
  global: GlobalOptions,
  user?: string,
): Promise<{ options: AccountOptions; world: () => World }> {
  const { config, problems } = await loadConfig(global.config)
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  const targets = global.targets.length > 0 ? global.targets : [{ name: targetName(config), options: {} }]
  const [selected] = await selectTargets(config, { ...global, targets })
  if (selected?.target.backend !== 'matrix') throw new UsageError(`${selected?.target.name} is not a Matrix target`)
  // No message is sent: it does not matter to which rooms.
  const settings: Record<string, unknown> = { rooms: ['!none'], ...selected.target.settings }
  // What the configuration says of one account is nothing to another.
  if (user !== undefined && settings['user_id'] !== user && settings['user_id'] !== undefined) {
    for (const name of ['homeserver', 'password', 'access_token']) delete settings[name]
  }
  const options = await resolveOptions(config, { ...selected.target, settings }, selected.overrides)
  const world = () => {
    const signal = AbortSignal.timeout(deadline)
    const http = httpClient({ signal, ca: options['ca'] as string | undefined, service: 'a Matrix server' })
    const cache = (name: string) => openCache('matrix', name, signal)
    return { http, cache, now: () => new Date(), signal, debug: say.debug }
  }
  return { options: options as AccountOptions, world }
}

function targetName(config: Config): string {
  const own = Object.values(config.targets).filter(({ backend }) => backend === 'matrix')
  return (own.find(({ name }) => config.backends.includes(name)) ?? own[0])?.name ?? 'matrix'
}
