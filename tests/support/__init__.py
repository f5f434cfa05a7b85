"""What tests share: a scratch course, its students, real commands, gradebooks; lab and world by
their own names.
"""
