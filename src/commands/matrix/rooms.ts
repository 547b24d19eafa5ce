import { describeRoom, join, joinedRooms } from '../../backends/matrix/rooms.ts'
import { exitCode, UsageError } from '../../platform/errors.ts'
import { printJson, printLine } from '../../platform/output.ts'
import { callerOf } from './account.ts'
import { showDevice } from './device.ts'
import type { Verb } from './verb.ts'

export const joinRooms: Verb = async (rooms, { global }) => {
  if (rooms.length === 0) throw new UsageError('matrix join: expected a room: its id (!...) or an alias (#...:server)')
  const wrong = rooms.find((room) => !/^[!#]./.test(room))
  if (wrong !== undefined)
    throw new UsageError(`matrix join: ${wrong}: expected an id (!...) or an alias (#...:server)`)
  const { call } = await callerOf(global)
  for (const room of rooms) {
    const id = await join(call, room)
    global.json ? printJson({ room, room_id: id }) : printLine(id)
  }
  return exitCode.ok
}

/** Lists the rooms of the account, and says which device of it writes to those that are encrypted. */
export const listRooms: Verb = async (words, { global }) => {
  if (words.length > 0) throw new UsageError(`matrix rooms: ${words[0]}: unexpected argument`)
  const caller = await callerOf(global)
  const { account, call } = caller
  for (const id of await joinedRooms(call)) {
    const room = await describeRoom(call, account.homeserver, id)
    const notes = [room.name, room.alias, room.encrypted ? 'encrypted' : undefined].filter(Boolean).join(', ')
    global.json ? printJson(room) : printLine(`${id}  ${notes}`.trim())
  }
  await showDevice(caller, global)
  return exitCode.ok
}
