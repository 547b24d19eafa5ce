import { backends, isThirdParty, loadBackend } from '../backends/index.ts'
import { loadConfig } from '../config/index.ts'
import { resolveOptions } from '../config/resolve.ts'
import { findTarget } from '../config/select.ts'
import { type Config, emptyConfig, type Target } from '../config/types.ts'
import { type Delivery, granted } from '../outbox/delivery.ts'
import { configStamp } from '../outbox/stamp.ts'
import { ConfigError } from '../platform/errors.ts'

/** The options as the configuration has them now: it may have been fixed since the delivery was queued. */
export async function currentOptions(delivery: Delivery, known: Config | undefined): Promise<Record<string, unknown>> {
  const config = known ?? (await configOf(delivery))
  const wrong = config.unreadable ?? config.wrong[delivery.target]
  if (wrong !== undefined) throw new ConfigError(wrong)
  const byThisRun = delivery[granted]
  if (delivery.config === undefined && known === undefined && isThirdParty(delivery.backend) && !byThisRun) {
    throw new ConfigError(`${delivery.backend}: such a backend may only be named in a configuration`)
  }
  // Without a file there is nothing to look a name up in: all that it needs came with it.
  const target =
    known === undefined && delivery.config === undefined
      ? { name: delivery.target, backend: delivery.backend, settings: {} }
      : delivery.backend === 'ping'
        ? pingTarget(config, delivery)
        : findTarget(config, delivery.target)
  if (target.backend !== delivery.backend) {
    throw new ConfigError(`${delivery.target} is another backend now (${target.backend})`)
  }
  if (
    target.backend !== '' &&
    target.backend !== 'ping' &&
    !isThirdParty(target.backend) &&
    !Object.hasOwn(backends, target.backend)
  ) {
    // A newer ntfy wrote it.
    throw new ConfigError(`${target.backend}: this version of ntfy has no such backend`)
  }
  const { options = {} } = delivery
  const program = byThisRun || target.backend === '' ? undefined : await programAmong(options, target.backend)
  if (program !== undefined) {
    throw new ConfigError(
      `${target.name}.${program}: a program given by -o or a piped configuration runs only in that run (name it in a configuration file)`,
    )
  }
  return resolveOptions(config, target, { ...options, ...byThisRun })
}

/** A heartbeat may be called as a target is. One whose address was typed has all that it needs. */
function pingTarget({ pings }: Config, { target, options }: Delivery): Target {
  const name = target.replace(/^ping:/, '')
  const found = Object.hasOwn(pings, name) ? pings[name] : undefined
  if (found !== undefined) return found
  if (options?.['url'] === undefined) throw new ConfigError(`no ping is called ${name} in the configuration any more`)
  return { name, backend: 'ping', settings: {} }
}

/** The option that names a program: what a file of the outbox says of one is never run. */
async function programAmong(given: Record<string, unknown>, backend: string): Promise<string | undefined> {
  if (Object.keys(given).length === 0) return undefined
  const { options } = await loadBackend(backend)
  return Object.keys(given).find((name) => options[name]?.details.names === 'program')
}

/** The last configuration that was read, and which version of it: a thousand deliveries have the same one. */
let lastRead: { path: string; stamp: string; config: Config } | undefined

async function configOf({ config: path }: Delivery): Promise<Config> {
  if (path === undefined) return emptyConfig(undefined)
  const stamp = configStamp(path)
  if (lastRead?.path === path && lastRead.stamp === stamp) return lastRead.config
  const { config } = await loadConfig(path)
  lastRead = { path, stamp, config }
  return config
}
