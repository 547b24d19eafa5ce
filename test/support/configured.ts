import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryHome } from './home.ts'
import { type LoopbackServer, loopbackServer } from './server.ts'

/** A HOME whose configuration sends to a loopback server like ntfy's, by the target `phone`. */
export async function configuredHome(
  extra = '',
): Promise<{ server: LoopbackServer; home: string; env: Record<string, string>; config: string }> {
  const server = await loopbackServer()
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const config = join(home, '.config/ntfy/ntfy.yml')
  const phone = `phone: {backend: ntfy_sh, topic: mine, server: "${server.address}"}`
  writeFileSync(config, `backends: [phone]\n${phone}\n${extra}`)
  return { server, home, env, config }
}
