"""What the public edition may print: one gate that all tables, charts, texts and spreadsheets pass.

`rules` says which figures are unsafe by themselves, `pack` what can be calculated from what, `attack` does
the calculation as an intruder would, `protect` withholds further figures until the attack finds nothing,
`edition` writes the public rows of the printed tables, `audit` attacks what was released.
"""
