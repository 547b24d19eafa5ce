import { agentNames } from '../../notification/agent.ts'
import { didYouMean } from '../../platform/suggest.ts'

/** What is wrong with the name of an agent; nothing if it is known. */
export function unknownAgent(name: string): string | undefined {
  if (agentNames.some((known) => known === name)) return undefined
  return `hook: unknown agent ${name}${didYouMean(name, [...agentNames])} (known: ${agentNames.join(', ')})`
}
