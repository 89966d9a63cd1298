import { linksContract, type NetworkOptions } from '../links.contract.ts'
import { createSwitchboard } from './switchboard.ts'

for (const encode of [false, true]) {
  linksContract(encode ? 'local, encoded' : 'local', async (options: NetworkOptions = {}) => {
    const switchboard = createSwitchboard({ encode, ...options })
    return { join: async (instance) => switchboard.links(instance), [Symbol.asyncDispose]: async () => undefined }
  })
}
