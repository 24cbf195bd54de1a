module unlockunheld

go 1.26
