import { createServer } from 'node:net';

/** A port of loopback that nobody listens on now. @returns {Promise<number>} */
export const freePort = () => listenOn(0);

/** Whether nobody listens on this port of loopback now. @param {number} port @returns {Promise<boolean>} */
export const isFree = (port) =>
  listenOn(port).then(
    () => true,
    () => false,
  );

/** @param {number} port @returns {Promise<number>} */
function listenOn(port) {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
}
