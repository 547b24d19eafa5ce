import { describe, expect, it } from 'vitest'
import { encrypt, longestPayload } from '../../../src/backends/ntfy_webpush/encrypt.ts'

describe('the encryption of Web Push', () => {
  const browser = {
    endpoint: 'https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV',
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  }

  it('is that of RFC 8291 §5', () => {
    const random = {
      key: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
      salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
    }
    expect(
      encrypt(Buffer.from('When I grow up, I want to be a watermelon'), browser, random).toString('base64url'),
    ).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    )
  })

  it('uses a new key and salt each time, and fits the record', () => {
    const payload = Buffer.alloc(longestPayload)
    const [one, other] = [encrypt(payload, browser), encrypt(payload, browser)]
    expect(one.length).toBe(4096)
    expect(one.subarray(0, 16)).not.toEqual(other.subarray(0, 16))
    expect(one.subarray(21, 86)).not.toEqual(other.subarray(21, 86))
  })

  it('takes no key that is none', () => {
    for (const p256dh of ['', 'AAAA', `B${'A'.repeat(86)}`]) {
      expect(() => encrypt(Buffer.alloc(1), { ...browser, p256dh })).toThrow('p256dh')
    }
  })
})
