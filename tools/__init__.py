"""Programs that write documents and data of the checkout. The wheel has none of them."""
