import { type LoadedConfig, loadConfig } from '../config/index.ts'
import type { Config } from '../config/types.ts'
import type { Waiting } from '../outbox/schedule.ts'
import { endOf, isWithin } from '../platform/hours.ts'
import { rulesOf } from '../rules/apply.ts'

/** Until when a delivery is held; nothing if it is not. */
export type HeldUntil = (one: Waiting) => Promise<Date | undefined>

/** Until when the rules hold deliveries back, by each configuration as it is now, which is read once for thousands of them. */
export function heldUntilNow(): HeldUntil {
  const read = new Map<string | undefined, Promise<LoadedConfig>>()
  return async (one) => {
    const loaded = read.get(one.config) ?? loadConfig(one.config)
    read.set(one.config, loaded)
    return heldBy((await loaded).config, one)
  }
}

function heldBy(config: Config, { target, rule, next }: Waiting): Date | undefined {
  // What is broken at the moment says nothing.
  if (config.unreadable !== undefined || config.wrong[target] !== undefined) return new Date(next)
  const found = Object.hasOwn(config.targets, target) ? config.targets[target] : undefined
  const rules = found === undefined ? config.rules : rulesOf(config, found)
  if (rule === 'limit') return rules.limit ? new Date(next) : undefined
  const hours = rules.quiet ? rules.quiet.hours.find((each) => isWithin(each, new Date())) : undefined
  return hours && endOf(hours, new Date())
}
