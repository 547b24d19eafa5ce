import { askRemotely } from '../../agents/remote-permission.ts'
import { giveBackCall, removeCall, takeCall } from '../../inbox/index.ts'
import { startReader } from '../../inbox/start.ts'
import { print } from '../../platform/output.ts'
import { agentCallOf } from './later.ts'

/**
 * An agent's request for permission, whose hook waits for what is printed here. Whatever goes wrong, the agent asks at
 * its own terminal: nothing is printed, and the event is handled as any other.
 *
 * @param file the call, as the launcher has left it
 */
export async function askFor(file: string): Promise<void> {
  const taken = takeCall(file)
  if (taken === undefined) return
  let isTaken = true
  const once = (leave: () => void) => () => {
    if (isTaken) leave()
    isTaken = false
  }
  const handleApart = once(() => {
    giveBackCall(taken)
    startReader(file)
  })
  try {
    const { call } = taken
    const forget = once(() => removeCall(taken))
    const output = call && (await askRemotely(await agentCallOf(call), { handleApart, forget }))
    if (output !== undefined) print(`${output}\n`)
  } catch {}
  handleApart()
}
