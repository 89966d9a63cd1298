import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Address } from '@heliograph/bus'
import { addResource, makeUser } from '../../test/support/people.ts'
import { Copies } from './copies.ts'

test('copies for one edge share an envelope, unless their epoch or address differs', () => {
  const user = makeUser()
  const copies = new Copies()
  const add = (edge: string, epoch: number, as: Address) => {
    const resource = addResource(user, `r${Math.random()}`, 0)
    resource.edge = edge
    copies.add({ user, resource, as }, epoch)
  }
  add('edge-a', 7, Address.bare)
  add('edge-b', 7, Address.bare)
  add('edge-a', 7, Address.bare)
  add('edge-a', 8, Address.bare)
  add('edge-a', 7, Address.full)
  add('edge-a', 7, Address.bare)
  assert.deepEqual(
    [...copies].map(({ edge, epoch, as, recipients }) => [edge, epoch, as, recipients.length]),
    [
      ['edge-a', 7, Address.bare, 3],
      ['edge-a', 8, Address.bare, 1],
      ['edge-a', 7, Address.full, 1],
      ['edge-b', 7, Address.bare, 1],
    ],
  )
})
