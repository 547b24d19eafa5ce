import { loadConfig } from '../config/index.ts'
import type { Waiting } from '../outbox/schedule.ts'
import { endOf, isWithin } from '../platform/hours.ts'
import { rulesOf } from '../rules/apply.ts'

/** Until when the rules of the configuration as it is now hold a delivery back; nothing if they do not. */
export async function heldUntil({ config: path, target, rule, next }: Waiting): Promise<Date | undefined> {
  const { config } = await loadConfig(path)
  // What is broken at the moment says nothing.
  if (config.unreadable !== undefined || config.wrong[target] !== undefined) return new Date(next)
  const found = Object.hasOwn(config.targets, target) ? config.targets[target] : undefined
  const rules = found === undefined ? config.rules : rulesOf(config, found)
  if (rule === 'limit') return rules.limit ? new Date(next) : undefined
  const hours = rules.quiet ? rules.quiet.hours.find((each) => isWithin(each, new Date())) : undefined
  return hours && endOf(hours, new Date())
}
