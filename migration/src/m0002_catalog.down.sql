DROP TABLE stock_adjustment;
DROP TABLE stock;
DROP TABLE product;
