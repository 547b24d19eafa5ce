import { describe, expect, it } from 'vitest'
import { endOf, isWithin, parseHours } from '../../src/platform/hours.ts'

const at = (clock: string) => new Date(`2026-03-10T${clock}:00`)

describe('hours', () => {
  it.each([
    ['22:00-07:00', '21:59', false],
    ['22:00-07:00', '22:00', true],
    ['22:00-07:00', '00:30', true],
    ['22:00-07:00', '06:59', true],
    ['22:00-07:00', '07:00', false],
    ['9:00-17:30', '08:59', false],
    ['9:00-17:30', '17:29', true],
    ['9:00-17:30', '17:30', false],
    ['18:00-24:00', '23:59', true],
  ])('%s at %s: %s', (hours, clock, within) => {
    expect(isWithin(parseHours(hours), at(clock))).toBe(within)
  })

  it('end on the same day or the next', () => {
    expect(endOf(parseHours('22:00-07:00'), at('23:00'))).toEqual(new Date('2026-03-11T07:00:00'))
    expect(endOf(parseHours('22:00-07:00'), at('01:00'))).toEqual(at('07:00'))
    expect(endOf(parseHours('00:00-24:00'), at('12:00'))).toEqual(new Date('2026-03-11T00:00:00'))
  })

  it('end at the next such time where the clock shows an hour twice or never', () => {
    const before = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    try {
      const ends = (time: string) => endOf(parseHours('22:00-02:30'), new Date(time)).toISOString()
      // 02:10 for the second time, 02:10 for the first time, and the night without 02:30.
      expect(ends('2026-10-25T01:10:00Z')).toBe('2026-10-25T01:30:00.000Z')
      expect(ends('2026-10-25T00:10:00Z')).toBe('2026-10-25T00:30:00.000Z')
      expect(ends('2026-03-28T23:00:30Z')).toBe('2026-03-29T01:00:00.000Z')
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })

  it.each(['', '22-7', '25:00-07:00', '22:60-07:00', '22:00', 'night'])('cannot be read from %j', (text) => {
    expect(() => parseHours(text)).toThrow('expected hours (22:00-07:00)')
  })

  it('must not be empty', () => {
    expect(() => parseHours('07:00-07:00')).toThrow('never apply')
  })
})
