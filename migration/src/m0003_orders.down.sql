DROP TABLE hold;
DROP TABLE fulfilment_line;
DROP TABLE fulfilment;
DROP TABLE sale_line;
DROP TABLE sale_order;
DROP TABLE quotation_line;
DROP TABLE quotation;
DROP TABLE order_root;
