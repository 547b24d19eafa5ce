import { findTarget } from '../config/select.ts'
import { emptyConfig } from '../config/types.ts'
import { attemptAll } from '../delivery/deliver.ts'
import { prepare } from '../delivery/prepare.ts'
import { desktopServer } from '../desktop/server.ts'
import { isInWindows } from '../desktop/windows.ts'
import { makeNotification } from '../notification/create.ts'
import { messageOf } from '../platform/errors.ts'
import { oneLine } from '../platform/text.ts'
import type { Check, Finding } from './finding.ts'

/** How long the desktop may take to answer, in milliseconds. */
const patience = 2000

/** The session bus, the notification service on it, and, on request, whether it accepts one. */
export const desktop: Check = async ({ notify, signal }) => {
  if (process.platform !== 'linux') {
    return [
      { check: 'desktop', ok: true, text: `the notifications of ${process.platform}` },
      ...(notify ? [await test()] : []),
    ]
  }
  try {
    const { name, version, capabilities } = await desktopServer(signal, patience)
    const text = `${oneLine(name)} ${oneLine(version)} on the session bus (${capabilities.map(oneLine).join(', ')})`
    return [{ check: 'desktop', ok: true, text }, ...(notify ? [await test()] : [])]
  } catch (error) {
    if (isInWindows())
      return [{ check: 'desktop', ok: true, text: 'the notifications of Windows' }, ...(notify ? [await test()] : [])]
    const todo = 'the terminal is used instead; DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR/bus would lead to a desktop'
    return [{ check: 'desktop', ok: false, text: oneLine(messageOf(error)), todo }]
  }
}

async function test(): Promise<Finding> {
  const found = { check: 'desktop', target: 'notification' }
  const config = emptyConfig(undefined)
  const notification = makeNotification('test', 'This is a test. It worked.', { title: 'ntfy doctor' })
  const delivery = await prepare(notification, config, { target: findTarget(config, 'desktop'), overrides: {} })
  const [report] = await attemptAll([{ delivery, location: undefined }], { foreground: false, fresh: true, config })
  if (report?.outcome === 'delivered') return { ...found, ok: true, text: 'the desktop accepted a test notification' }
  const text = oneLine(report?.error ?? 'no answer')
  return { ...found, ok: false, broken: true, text, todo: "check the desktop's notification settings" }
}
