"""What decides a rate, without any framework: measures, features, policy, guardian."""
