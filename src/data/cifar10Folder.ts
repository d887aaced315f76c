/** The folder in the published archive of CIFAR-10. */
export const CIFAR10_FOLDER = "cifar-10-batches-bin";
