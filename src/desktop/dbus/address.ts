/**
 * Where the session bus may be; an abstract socket with a leading NUL. systemd's place for it serves cron jobs and ssh
 * sessions, which lack the variable.
 */
export function sessionSockets(): string[] {
  const address = process.env['DBUS_SESSION_BUS_ADDRESS']
  if (address) return socketsOf(address)
  return [`${process.env['XDG_RUNTIME_DIR'] || `/run/user/${process.getuid?.() ?? 0}`}/bus`]
}

/** Where the system's bus is, which knows the logins. */
export function systemSockets(): string[] {
  return socketsOf(process.env['DBUS_SYSTEM_BUS_ADDRESS'] || 'unix:path=/run/dbus/system_bus_socket')
}

/** The unix sockets of an address (`unix:path=/a;unix:abstract=b,guid=...`), an abstract one with a leading NUL. */
function socketsOf(address: string): string[] {
  return address.split(';').flatMap((part) => {
    const [, kind, value] = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(part) ?? []
    if (value === undefined) return []
    const bytes = value.replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    return [(kind === 'abstract' ? '\0' : '') + Buffer.from(bytes, 'latin1').toString()]
  })
}
