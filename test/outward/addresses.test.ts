// Which addresses may be called, in whatever form they come, and by whom a client is limited.
import { describe, expect, it } from '@jest/globals';
import { clientNetwork, destinationOf, isPublicAddress, outwardPolicy } from '@tessera/security';

describe('a public address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.63.255.255', '2606:4700:4700::1111', '2a00:1450::1'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local', '169.254.0.1'],
    ['a cloud’s metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['carrier-grade NAT', '100.127.255.255'],
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['broadcast', '255.255.255.255'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['IETF', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['benchmarking', '198.18.0.1'],
    ['benchmarking', '198.19.255.255'],
    ['6to4 relay', '192.88.99.1'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible', '::8.8.8.8'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:8.8.8.8'],
    ['IPv4-mapped', '::ffff:a9fe:a9fe'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64', '64:ff9b::808:808'],
    ['local NAT64', '64:ff9b:1::a00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:7f00:1::'],
    ['link-local', 'fe80::1'],
    ['a link’s zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['unique local', 'fc00::1'],
    ['a cloud’s metadata', 'fd00:ec2::254'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['discard', '100::1'],
    ['ORCHID', '2001:20::1'],
    ['segment routing', '5f00::1'],
    ['not given out', '4000::1'],
    ['no address', 'localhost'],
    ['no address', '0x7f.1'],
    ['no address', ''],
  ])('is not %s (%s)', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

const answering = (...addresses: readonly string[]) =>
  outwardPolicy({ resolve: () => Promise.resolve(addresses.map((address) => ({ address }))) });
const codeOf = (url: string, policy = answering('93.184.216.34')): Promise<string> =>
  destinationOf(policy, new URL(url)).then(
    () => 'goes',
    (error: unknown) => (error as { readonly code: string }).code,
  );

describe('destinationOf', () => {
  it('refuses an address in whatever form it is written', async () => {
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '017700000001',
      '127.1',
      '127.0.0.1.',
      '①②⑦.⓪.⓪.①',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[0:0:0:0:0:ffff:7f00:1]',
      '[::ffff:169.254.169.254]',
      '169.254.169.254',
      '0xA9FEA9FE',
      '[fd00:ec2::254]',
    ])
      expect([host, await codeOf(`http://${host}/`)]).toEqual([host, 'OUTWARD_REFUSED']);
  });

  it('refuses a name as soon as one of its addresses is not public', async () => {
    expect(await codeOf('https://shop.example/')).toBe('goes');
    expect(await codeOf('https://shop.example/', answering('93.184.216.34', '10.0.0.1'))).toBe('OUTWARD_REFUSED');
    expect(await codeOf('https://shop.example/', answering('93.184.216.34', '::1'))).toBe('OUTWARD_REFUSED');
    expect(await codeOf('https://shop.example/', answering('fe80::1%eth0'))).toBe('OUTWARD_REFUSED');
    expect(await codeOf('https://shop.example/', answering())).toBe('OUTWARD_FAILED');
  });

  it('refuses what the operating system takes for this machine', async () => {
    for (const host of ['localhost', 'LOCALHOST', 'localhost.'])
      expect(await codeOf(`http://${host}/`, outwardPolicy())).toBe('OUTWARD_REFUSED');
  });

  it('refuses other schemes, other ports, and addresses with passwords', async () => {
    const all = ['ftp://shop.example/', 'file:///etc/passwd', 'gopher://shop.example/', 'javascript:alert(1)', 'data:text/plain,x'];
    for (const url of [
      ...all,
      'https://shop.example:22/',
      'http://shop.example:6379/',
      'https://a:b@shop.example/',
      'https://a@shop.example/',
    ])
      expect([url, await codeOf(url)]).toEqual([url, 'OUTWARD_REFUSED']);
    expect(await codeOf('http://shop.example:443/')).toBe('goes');
  });

  it('lets go where the operator has allowed it, and no further', async () => {
    const resolve = (): Promise<{ address: string }[]> => Promise.resolve([{ address: '10.1.2.3' }]);
    const named = outwardPolicy({ allow: ['Erp.Internal.'], resolve });
    expect(await codeOf('http://erp.internal/', named)).toBe('goes');
    expect(await codeOf('http://other.internal/', named)).toBe('OUTWARD_REFUSED');
    expect(await codeOf('http://sub.erp.internal/', named)).toBe('OUTWARD_REFUSED');
    const network = outwardPolicy({ allow: ['10.1.0.0/16', 'fd12::/32', '127.0.0.1'], resolve });
    expect(await codeOf('http://erp.internal/', network)).toBe('goes');
    expect(await codeOf('http://[::ffff:10.1.0.9]/', network)).toBe('goes');
    expect(await codeOf('http://[fd12::1]/', network)).toBe('goes');
    for (const host of ['10.2.0.1', '127.0.0.2', '[fd13::1]', '[::1]', '169.254.169.254'])
      expect([host, await codeOf(`http://${host}/`, network)]).toEqual([host, 'OUTWARD_REFUSED']);
    for (const wrong of ['10.1.0.0/33', 'a b', '10.0.0.0/', 'https://x', 'x:80', ''])
      expect(() => outwardPolicy({ allow: [wrong] })).toThrow(expect.objectContaining({ code: 'OUTWARD_REFUSED' }));
  });

  it('does not tell which address a name has', async () => {
    const refusal: unknown = await destinationOf(answering('10.9.8.7'), new URL('https://intern.example/secret?token=1')).catch(
      (error: unknown) => error,
    );
    expect(JSON.stringify([refusal, (refusal as Error).message])).not.toMatch(/10\.9\.8\.7|secret|token/);
  });

  it('ends a look-up that hangs when it is told to', async () => {
    const policy = outwardPolicy({ resolve: () => new Promise(() => undefined) });
    await expect(destinationOf(policy, new URL('https://slow.example/'), AbortSignal.timeout(20))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('clientNetwork', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['unknown', undefined],
    ['', undefined],
  ])('of %j is %j', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});
