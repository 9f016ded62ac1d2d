// What a viem user does: deploy, read, write, estimate, logs, subscriptions, revert reasons, test actions.
// Arguments: package.json of the installed packages, JSON with the chain's addresses, keys and contracts.
// Prints one JSON object; the test compares it with the chain.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const require = createRequire(process.argv[2])
const viem = require('viem')
const { privateKeyToAccount } = require('viem/accounts')
const { httpUrl, wsUrl, chainId, keys, token, refuser } = JSON.parse(process.argv[3])
setTimeout(() => { console.error('viem.mjs: timed out'); process.exit(3) }, 60_000).unref()

const chain = viem.defineChain({
  id: chainId,
  name: 'local',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [httpUrl], webSocket: [wsUrl] } },
})
const [alice, bob] = keys.map(privateKeyToAccount)
const transport = viem.http(httpUrl, { batch: true })
const client = viem.createPublicClient({ chain, transport, pollingInterval: 50 })
const wallet = viem.createWalletClient({ chain, transport, account: alice })
const tester = viem.createTestClient({ chain, transport, mode: 'anvil' })
const mined = async (hash) => client.waitForTransactionReceipt({ hash })

// Deploy and read.
const deployed = await mined(await wallet.deployContract({ ...token, args: ['Token', 'TKN', 6] }))
assert.equal(deployed.status, 'success')
const contract = { address: deployed.contractAddress, abi: token.abi }
assert.equal(await client.readContract({ ...contract, functionName: 'decimals' }), 6)

// Two reads at once travel in one batch.
const [name, symbol] = await Promise.all(['name', 'symbol'].map((functionName) => client.readContract({ ...contract, functionName })))
assert.deepEqual([name, symbol], ['Token', 'TKN'])

// Subscriptions over WebSocket: heads and logs. Nothing says when they have begun, so the news is repeated until heard.
const socket = viem.createPublicClient({ chain, transport: viem.webSocket(wsUrl) })
const heard = Promise.all([
  new Promise((resolve, reject) => socket.watchContractEvent({
    ...contract, eventName: 'Approval', onLogs: (logs) => resolve(logs[0]), onError: reject,
  })),
  new Promise((resolve, reject) => socket.watchBlocks({ onBlock: resolve, onError: reject })),
])
let isHeard = false
heard.finally(() => { isHeard = true })
while (!isHeard) await mined(await wallet.writeContract({ ...contract, functionName: 'approve', args: [bob.address, 5n] }))
const [log, head] = await heard
assert.deepEqual(log.args, { owner: alice.address, spender: bob.address, value: 5n })
assert.equal((await client.getBlock({ blockNumber: head.number })).hash, head.hash)

// Write with EIP-1559 fees, as estimated.
const fees = await client.estimateFeesPerGas()
const gas = await client.estimateContractGas({ ...contract, account: alice, functionName: 'mint', args: [1000n] })
const mint = await mined(await wallet.writeContract({ ...contract, functionName: 'mint', args: [1000n] }))
assert.equal(mint.status, 'success')
assert.equal(mint.type, 'eip1559')
assert.ok(gas >= mint.gasUsed && fees.maxFeePerGas >= mint.effectiveGasPrice)

// A legacy transaction.
const legacy = await mined(await wallet.sendTransaction({ type: 'legacy', to: bob.address, value: 7n }))
assert.equal(legacy.type, 'legacy')

// Logs by range and by filter.
await mined(await wallet.writeContract({ ...contract, functionName: 'transfer', args: [bob.address, 400n] }))
const logs = await client.getContractEvents({ ...contract, eventName: 'Transfer', fromBlock: 0n })
assert.deepEqual(logs.map(({ args }) => args.value), [1000n, 400n])
const filter = await client.createContractEventFilter({ ...contract, eventName: 'Transfer', args: { to: bob.address }, fromBlock: 0n })
assert.equal((await client.getFilterLogs({ filter })).length, 1)

// Revert reasons: a string, and an error of the contract's own.
const refusal = async (promise) => promise.then(() => assert.fail('not refused'), (error) =>
  error.walk((cause) => cause instanceof viem.ContractFunctionRevertedError))
const poor = await refusal(client.simulateContract({ ...contract, account: bob, functionName: 'transfer', args: [alice.address, 401n] }))
const refusing = await mined(await wallet.deployContract(refuser))
const custom = await refusal(client.readContract({ address: refusing.contractAddress, abi: refuser.abi, functionName: 'refuse' }))
assert.equal(custom.data.errorName, 'TooMuch')
assert.deepEqual(custom.data.args, [5n])
const broke = await wallet.sendTransaction({ to: bob.address, value: 10n ** 30n }).then(() => assert.fail('not refused'), (error) =>
  error.walk((cause) => cause instanceof viem.InsufficientFundsError))
assert.ok(broke instanceof viem.InsufficientFundsError)
const stale = await wallet.sendTransaction({ to: bob.address, nonce: 0, gas: 21000n }).then(() => assert.fail('not refused'), (error) =>
  error.walk((cause) => cause instanceof viem.NonceTooLowError))
assert.ok(stale instanceof viem.NonceTooLowError)

// Overrides of state, access lists, fee history, blocks.
const balance = await client.readContract({ ...contract, functionName: 'balanceOf', args: [bob.address], stateOverride: [{ address: bob.address, balance: 1n }] })
assert.equal(balance, 400n)
const { accessList } = await client.createAccessList({ account: alice, to: contract.address, data: viem.encodeFunctionData({ ...contract, functionName: 'totalSupply' }) })
assert.equal(accessList.length, 1)
assert.equal((await client.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] })).baseFeePerGas.length, 3)
const block = await client.getBlock({ includeTransactions: true })
assert.equal(block.transactions.length, 1)

// Test actions.
const snapshot = await tester.snapshot()
const whale = '0x00000000000000000000000000000000000000aa'
await tester.setBalance({ address: whale, value: viem.parseEther('1') })
await tester.impersonateAccount({ address: whale })
const whaleWallet = viem.createWalletClient({ chain, transport, account: whale })
const gift = await mined(await whaleWallet.sendTransaction({ to: bob.address, value: 1n }))
assert.equal(gift.from, whale)
await tester.stopImpersonatingAccount({ address: whale })
const before = await client.getBlock()
await tester.increaseTime({ seconds: 3600 })
await tester.mine({ blocks: 2, interval: 10 })
assert.ok((await client.getBlock()).timestamp >= before.timestamp + 3610n)
await tester.setStorageAt({ address: whale, index: 1, value: viem.pad('0x5') })
assert.equal(await client.getStorageAt({ address: whale, slot: '0x1' }), viem.pad('0x5'))
await tester.setAutomine(false)
const waiting = await wallet.sendTransaction({ to: bob.address, value: 1n })
await assert.rejects(client.getTransactionReceipt({ hash: waiting }), viem.TransactionReceiptNotFoundError)
await tester.mine({ blocks: 1 })
assert.equal((await client.getTransactionReceipt({ hash: waiting })).status, 'success')
await tester.setAutomine(true)
await tester.revert({ id: snapshot })
assert.equal(await client.getBalance({ address: whale }), 0n)

console.log(JSON.stringify({
  token: contract.address, mint: mint.transactionHash, legacy: legacy.transactionHash, refusal: poor.reason,
}))
process.exit(0)
