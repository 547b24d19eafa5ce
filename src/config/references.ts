import { backendName, backends } from '../backends/index.ts'
import { didYouMean } from '../platform/suggest.ts'
import type { Problem } from './read.ts'
import type { TargetRules } from './rules.ts'
import type { Config } from './types.ts'

/** Names in `backends`, `groups` and the rules have to lead to something. */
export function checkReferences(config: Config, problems: Problem[]): void {
  for (const name of config.backends) checkName(name, ['backends'], config, problems)
  for (const [group, members] of Object.entries(config.groups)) {
    for (const name of members) {
      if (Object.hasOwn(config.groups, name))
        problems.push({ at: ['groups', group], what: `${name} is itself a group` })
      else checkName(name, ['groups', group], config, problems)
    }
  }
  for (const name of config.agents.ask) checkName(name, ['agents', 'ask'], config, problems)
  checkSuccessors(config.rules, [], undefined, config, problems)
  for (const { name, rules, at = [name] } of Object.values(config.targets)) {
    if (rules !== undefined) checkSuccessors(rules, at, name, config, problems)
  }
}

function checkName(name: string, at: string[], config: Config, problems: Problem[]): void {
  const target = Object.hasOwn(config.targets, name) ? config.targets[name] : undefined
  if (target?.backend === '') {
    problems.push({ at: [name], what: `names no backend (backend: ...)${didYouMean(name, Object.keys(backends))}` })
  } else if (!target && !Object.hasOwn(config.groups, name) && backendName(name) === undefined) {
    const known = [...Object.keys(config.targets), ...Object.keys(config.groups), ...Object.keys(backends)]
    problems.push({ at, what: `unknown target ${name}${didYouMean(name, known)}` })
  }
}

/** The targets that get what another did not take, or nobody looked at. */
function checkSuccessors(
  { fallback, escalate, fallback_after: after }: TargetRules,
  at: string[],
  owner: string | undefined,
  config: Config,
  problems: Problem[],
): void {
  const check = (name: string, place: string[]) => {
    if (name === owner) problems.push({ at: place, what: `${name} is this target itself: expected another target` })
    else if (Object.hasOwn(config.groups, name))
      problems.push({ at: place, what: `${name} is a group: expected a single target` })
    else checkName(name, place, config, problems)
  }
  if (fallback) check(fallback, [...at, 'fallback'])
  if (escalate) check(escalate.to, [...at, 'escalate', 'to'])
  if (after !== undefined && !fallback && !config.rules.fallback) {
    problems.push({
      at: [...at, 'fallback_after'],
      what: 'has no effect without fallback (the target that gets it then)',
    })
  }
}
