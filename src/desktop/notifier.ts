import { ConfigError, messageOf } from '../platform/errors.ts'

/**
 * node-notifier, which people can do without.
 *
 * @throws ConfigError it is not installed
 */
export async function loadNotifier() {
  try {
    const { default: notifier } = await import('node-notifier')
    return notifier
  } catch (error) {
    throw new ConfigError(`the optional package node-notifier is missing: ${messageOf(error).split('\n')[0]}`)
  }
}
