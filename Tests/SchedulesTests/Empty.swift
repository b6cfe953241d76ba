// Replaced by the first real tests of this module.
