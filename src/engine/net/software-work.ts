/** What software has done for cards that cannot, and how often packets came to the queueing disciplines: counters of a host. */
export function createSoftwareWork() {
  return {
    /** Packets (skbs) given to a queueing discipline, or past it to the driver. */
    qdisc: 0,
    /** Packets cut in software. */
    cuts: 0,
    /** Bytes of payload copied into one place behind their headers. */
    copiedBytes: 0,
    /** Bytes of payload that the CPU has summed for a checksum: of what is sent, of what is received. */
    txSummedBytes: 0,
    rxSummedBytes: 0,
    /** TLS: records written and read; bytes that the CPU has encrypted and decrypted, and the time it took, ns. */
    tlsRecordsOut: 0,
    tlsRecordsIn: 0,
    encryptedBytes: 0,
    decryptedBytes: 0,
    cryptNs: 0,
  };
}

export type SoftwareWork = ReturnType<typeof createSoftwareWork>;
