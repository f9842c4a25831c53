"""What a file must look like before we believe it: contracts, rules and the checks made from them."""
